"""Whether the process is alive, and whether it can serve."""

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """That the process runs."""

    status: str


@router.get("/healthz", summary="Say that the process runs", operation_id="health")
async def health() -> Health:
    """Answer without asking the database."""
    return Health(status="ok")
