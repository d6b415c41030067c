"""Facts about parts and stock. Data carry codes, numbers and ids; where a fact has a source it is a type and
an id.
"""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal

CLASS_OPENED = journal.define("part_class.opened", _("建立了配件分类 %(code)s（货架 %(shelf)s）"))
REGISTERED = journal.define("part.registered", _("建立了配件 %(part)s"))
REVISED = journal.define(
    "part.revised", _("修改了配件 %(part)s 的资料，单价 %(price_before)s → %(price_after)s 元")
)
PLANNED_STOCK = journal.define(
    "part.stock_planned",
    _("设定 %(part)s 在 %(location)s 的补货点为 %(reorder_point)s，每次补 %(reorder_quantity)s"),
)

RESERVED = journal.define("part.reserved", _("预留 %(part)s × %(quantity)s（%(location)s，%(reference)s）"))
SHORT = journal.define(
    "part.short", _("缺货：%(part)s × %(quantity)s（%(location)s，%(reference)s），已排队等待")
)
FILLED = journal.define("reservation.filled", _("到货补足：%(part)s × %(quantity)s（%(reference)s）"))
RELEASED = journal.define("part.released", _("取消预留 %(part)s × %(quantity)s（%(reference)s）"))
ISSUED = journal.define("part.issued", _("发料 %(part)s × %(quantity)s（%(location)s，%(reference)s）"))
USED = journal.define("part.used", _("装用 %(part)s × %(quantity)s（%(reference)s）"))
RETURNED = journal.define("part.returned", _("退料 %(part)s × %(quantity)s 至 %(location)s（%(reference)s）"))
CARRIED = journal.define("part.carried", _("%(part)s × %(quantity)s 由 %(origin)s 转至 %(location)s"))
CUSTODY_TAKEN = journal.define("part.custody_taken", _("收存旧件 %(part)s × %(quantity)s（%(location)s）"))
DISPOSED = journal.define("part.disposed", _("处置旧件 %(part)s × %(quantity)s"))
ADJUSTED = journal.define(
    "part.adjusted", _("调整 %(part)s 在 %(location)s 的数量 %(quantity)s，原因：%(reason)s")
)
ADJUSTMENT_ASKED = journal.define(
    "part.adjustment_asked", _("申请调整 %(part)s 在 %(location)s 的数量 %(quantity)s，原因：%(reason)s")
)
QUARANTINED = journal.define(
    "part.quarantined", _("隔离 %(part)s × %(quantity)s（%(location)s），原因：%(reason)s")
)
CLEARED = journal.define("part.cleared", _("隔离品 %(part)s × %(quantity)s 复检合格，放行入库"))
SENT_BACK = journal.define("part.sent_back", _("隔离品 %(part)s × %(quantity)s 退回供应商"))
SCRAPPED = journal.define("part.scrapped", _("隔离品 %(part)s × %(quantity)s 报废"))
ARRIVED = journal.define("part.arrived", _("%(part)s × %(quantity)s 已入库（%(location)s）"))

SUPPLIER_REGISTERED = journal.define("supplier.registered", _("建立了供应商 %(supplier)s"))
SUPPLIER_EVALUATED = journal.define("supplier.evaluated", _("评价了供应商 %(supplier)s"))

PROPOSED = journal.define("purchase_proposal.opened", _("建议采购 %(part)s × %(quantity)s（%(location)s）"))
TOPPED_UP = journal.define(
    "purchase_proposal.topped_up", _("采购建议增加到 %(part)s × %(quantity)s（%(location)s）")
)
PLANNED = journal.define("purchase_proposal.planned", _("采购建议列入计划：%(part)s × %(quantity)s"))
DROPPED = journal.define(
    "purchase_proposal.dropped", _("放弃采购建议：%(part)s × %(quantity)s，原因：%(reason)s")
)

ORDERED = journal.define("purchase_order.placed", _("向 %(supplier)s 下采购订单 %(order)s"))
ORDER_CANCELLED = journal.define("purchase_order.cancelled", _("取消采购订单 %(order)s，原因：%(reason)s"))
RECEIVED = journal.define("purchase_order.received", _("%(order)s 到货 %(part)s × %(quantity)s，进入待检区"))
INSPECTED = journal.define(
    "purchase_order.inspected", _("%(order)s 检验 %(part)s：合格 %(passed)s，不合格 %(failed)s")
)
ORDER_CLOSED = journal.define("purchase_order.closed", _("采购订单 %(order)s 全部完成"))
