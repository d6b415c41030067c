"""What a ticket's row refuses by itself, in words that say what to do next."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.errors import DomainError


class ConsentRequired(DomainError):
    code = "consent_required"
    message = _("此工单涉及收费或取走商品，请先登记客户同意（方案与金额）。")


class AssignmentAnswered(DomainError):
    code = "assignment_answered"
    message = _("您已答复过这次派工。")


class NotRepaired(DomainError):
    code = "not_repaired"
    message = _("报告须先完成诊断、测试和演示。")


class StepsMissing(DomainError):
    code = "steps_missing"
    message = _("四步服务尚未走完：请补齐诊断、报告、签字凭证和结果告知后再关闭。")
