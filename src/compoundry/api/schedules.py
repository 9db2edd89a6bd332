"""Read and change when jobs come by themselves, over HTTP."""

from typing import Annotated, Any

from fastapi import Depends, Request

from compoundry import wire
from compoundry.api.answers import Answer
from compoundry.api.bodies import ScheduleIn
from compoundry.api.routing import app, caller, json_body, needs, parsed, router
from compoundry.errors import Invalid
from compoundry.model import Schedule
from compoundry.service import schedules
from compoundry.service.schedules import Wanted

routes = router("compounding")

_MOST = 100


@routes.get("/compounding/schedules", response_model=None, **needs("record.read"))
def scheduled(request: Request) -> Answer:
    """List the schedules of the workspace, each with the time when its job comes next."""
    return _shown(schedules.scheduled(app(request), caller(request)))


@routes.put("/compounding/schedules", response_model=None, **needs("record.write", ScheduleIn))
def schedule(request: Request, given: Annotated[Any, Depends(json_body)]) -> Answer:
    """Set the schedule of one job, or of several (a list, or `data` as it was read); `cron: null` removes it."""
    several = given.get("data", given) if isinstance(given, dict) else given
    each = several if isinstance(several, list) else [several]
    if not 0 < len(each) <= _MOST:
        raise Invalid(f"send 1 to {_MOST} schedules at once")
    wanted = [_wanted(parsed(ScheduleIn, one)) for one in each]
    return _shown(schedules.schedule(app(request), caller(request), wanted))


def _wanted(given: ScheduleIn) -> Wanted:
    return Wanted(given.job_type, given.cron, given.time_zone)


def _shown(found: list[Schedule]) -> Answer:
    return Answer({"data": [wire.schedule(one) for one in found]})
