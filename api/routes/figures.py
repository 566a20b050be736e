"""The figures of an organization: how customers found its service, and how right its data are."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Security
from pydantic import BaseModel

from api.principals import PlatformDep, Service, service
from cdp import clock
from cdp.listening import metrics
from cdp.listening.figures import Group
from cdp.listening.statistics import Score, Share

router = APIRouter(prefix="/v1/metrics", tags=["service"])

Measurer = Annotated[Service, Security(service, scopes=["metrics:read"])]
Year = Annotated[
    int | None, Query(ge=metrics.EARLIEST, le=metrics.LATEST, description="Of the conversations, in UTC; now this one.")
]


class ShareView(BaseModel):
    """Which part said yes, from 0 to 1, and between which bounds it lies for 95 % (Wilson)."""

    value: float
    low: float
    high: float
    answers: int


class ScoreView(BaseModel):
    """The Net Promoter Score, -100 to 100, its bounds for 95 % (Rocks 2016), and the parts that it is made of."""

    value: float
    low: float
    high: float
    answers: int
    promoters: float
    passives: float
    detractors: float


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
