"""The header by which a device says what its clock shows while it sends."""

from __future__ import annotations

from datetime import datetime

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from service_center.kernel.api.serializers import Instant
from service_center.kernel.device_time import HEADER

PARAMETER = OpenApiParameter(
    HEADER,
    OpenApiTypes.DATETIME,
    OpenApiParameter.HEADER,
    description=(
        "What the device's own clock shows at the moment of sending, RFC 3339 with zone. The instant `at` of the body"
        " comes from the same clock: the server takes the clock's offset off it. Beyond the tolerated offset, or"
        " without this header where `at` would undo a breach, the step is taken and a supervisor confirms its time."
    ),
)


def time_of(request: Request) -> datetime | None:
    """What the sender's clock shows; None when it does not say. Raises ValidationError for what is no instant."""
    value = request.headers.get(HEADER)
    if value is None:
        return None
    try:
        told: datetime = Instant().run_validation(value)
    except ValidationError as error:
        raise ValidationError({HEADER: error.detail}) from error
    return told
