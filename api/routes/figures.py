"""The figures of an organization: how customers found its service, and how right its data are."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Security
from pydantic import AfterValidator, BaseModel

from api.principals import PlatformDep, Service, service
from cdp import clock
from cdp.listening import metrics
from cdp.listening.figures import Group
from cdp.listening.statistics import Score, Share
from cdp.quality import report
from cdp.quality.counting import Said
from cdp.scope import Principal

router = APIRouter(prefix="/v1/metrics", tags=["service"])

Measurer = Annotated[Service, Security(service, scopes=["metrics:read"])]
Year = Annotated[
    int | None, Query(ge=metrics.EARLIEST, le=metrics.LATEST, description="Of the conversations, in UTC; now this one.")
]


Part = Annotated[float, AfterValidator(lambda part: round(part, 4))]
"""A part of the whole, from 0 to 1, to four decimals."""
Points = Annotated[float, AfterValidator(lambda points: round(points, 2))]
"""A score from -100 to 100, as exact as a part."""


class ShareView(BaseModel):
    """Which part said yes, from 0 to 1, and between which bounds it lies for 95 % (Wilson)."""

    value: Part
    low: Part
    high: Part
    answers: int


class ScoreView(BaseModel):
    """The Net Promoter Score, -100 to 100, its bounds for 95 % (Rocks 2016), and the parts that it is made of."""

    value: Points
    low: Points
    high: Points
    answers: int
    promoters: Part
    passives: Part
    detractors: Part


class ServiceGroup(BaseModel):
    """One group; a figure is null where it would tell of fewer than ten people, also by subtraction."""

    by: str
    key: str
    answers: int | None
    solved: ShareView | None
    smooth: ShareView | None
    heard: ShareView | None
    recommend: ScoreView | None


class ServiceMetrics(BaseModel):
    """The figures of a year, over customers whose grant for the purpose opens their own conversations now."""

    year: int
    purpose: str
    floor: int
    measured_at: datetime
    groups: list[ServiceGroup]


def _share(share: Share | None) -> ShareView | None:
    return None if share is None else ShareView.model_validate(share, from_attributes=True)


def _score(score: Score | None) -> ScoreView | None:
    return None if score is None else ScoreView.model_validate(score, from_attributes=True)


def _group(group: Group) -> ServiceGroup:
    return ServiceGroup(
        by=group.by,
        key=group.key,
        answers=group.answers,
        solved=_share(group.solved),
        smooth=_share(group.smooth),
        heard=_share(group.heard),
        recommend=_score(group.recommend),
    )


@router.get("/service", summary="Read how customers found your service", operation_id="read_service_metrics")
def read_service_metrics(asking: Measurer, platform: PlatformDep, year: Year = None) -> ServiceMetrics:
    """Return shares and the Net Promoter Score of a year: as a whole, by month, channel, and human or computer.

    Every customer who is counted finds a line in their log; who revokes is left out at once.
    """
    at = clock.now()
    found = metrics.service(platform, asking.organization, asking.client_id, year or at.year, at=at)
    groups = [_group(each) for each in found.groups]
    return ServiceMetrics(
        year=found.year, purpose=found.purpose, floor=found.floor, measured_at=found.at, groups=groups
    )


class QualityAttribute(BaseModel):
    """One attribute as you say it; what comes from customers or other sources is null where it would tell of a few."""

    attribute: str
    category: str
    known: int
    missing: int
    verified: int
    stale: int
    disputed: int | None
    corrected: int | None
    compared: int | None
    conflicting: int | None


class QualityMetrics(BaseModel):
    """How right your own data are: counts, and no person."""

    measured_at: datetime
    subjects: int
    stale_days: int
    floor: int
    verified: ShareView | None
    attributes: list[QualityAttribute]


def _said(said: Said) -> QualityAttribute:
    return QualityAttribute.model_validate(said, from_attributes=True)


@router.get("/quality", summary="Read how right your data are", operation_id="read_quality_metrics")
def read_quality_metrics(asking: Measurer, platform: PlatformDep) -> QualityMetrics:
    """Return for each attribute that you send how much is missing, stale, disputed, corrected, conflicting or verified.

    Only about your own records. What customers correct comes to you as a signal, and at `GET /v1/demands`.
    """
    found = report.of_source(platform, asking.scope(Principal.SOURCE), at=clock.now())
    return QualityMetrics(
        measured_at=found.at,
        subjects=found.subjects,
        stale_days=found.stale_days,
        floor=found.floor,
        verified=_share(found.verified),
        attributes=[_said(each) for each in found.attributes],
    )
