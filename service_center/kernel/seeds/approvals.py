"""The shipped approval chains, one step a line; amounts are bounded by settings, so each limit stands once."""

from service_center.kernel.seeds.shapes import StepSeed as A

# fmt: off
STEPS: tuple[A, ...] = (
    A("ticket.cancellation", "取消工单", "Cancelling a ticket", "SC 3", {}, ("CF-28",), role="manager"),
    A("ticket.refusal", "拒绝服务", "Refusing service", "001-A 6", {}, ("CF-14",), role="manager"),
    A("ticket.policy_close", "按政策限度结案", "Closing as not resolved", "SC 3", {}, ("CF-28",), role="manager"),
    A("fee.waiver", "减免费用", "Waiving a fee", "002-4 十", {}, ("CF-17",), role="manager"),
    A("fee.change", "偏离收费标准", "Deviating from the fee standard", "002-4 十", {}, ("CF-17",), role="manager"),
    A("return.case", "退货（限额内）", "Return within the limit", "001-T 三4(7)", {}, ("CF-17",), role="manager", up_to="approval.gm_limit"),
    A("return.case", "退货（超限额）", "Return above the limit", "001-T 三4(7)", {}, ("CF-17",), role="manager", above="approval.gm_limit"),
    A("return.case", "退货（超限额）", "Return above the limit", "001-T 三4(7)", {}, ("CF-17",), role="director", order=2, above="approval.gm_limit"),
    A("exchange.case", "换货（限额内）", "Exchange within the limit", "001-T 三4(7)", {}, ("CF-17",), role="manager", up_to="approval.gm_limit"),
    A("exchange.case", "换货（超限额）", "Exchange above the limit", "001-T 三4(7)", {}, ("CF-17",), role="manager", above="approval.gm_limit"),
    A("exchange.case", "换货（超限额）", "Exchange above the limit", "001-T 三4(7)", {}, ("CF-17",), role="director", order=2, above="approval.gm_limit"),
    A("exchange.factory", "厂方换货", "Exchange by the maker", "002-5 1.4.3", {}, ("CF-17",), role="manager"),
    A("complaint.plan", "投诉处理方案", "Complaint plan", "002-1 19", {}, ("CF-17",), role="manager"),
    A("complaint.plan", "重大投诉处理方案", "Serious complaint's plan", "002-1 19", {"gravity": "serious"}, ("CF-17",), role="director"),
    A("complaint.closure", "投诉按政策限度结案", "Closing an unresolved complaint", "SC 3", {}, ("CF-28",), role="manager"),
    A("complaint.closure", "重大投诉结案", "Closing a serious complaint", "001-E 13", {"gravity": "serious"}, ("CF-17",), role="director"),
    A("compensation.payment", "赔付（限额内）", "Compensation within the limit", "001-T 三4(7)", {}, ("CF-17",), role="manager", up_to="approval.gm_limit"),
    A("compensation.payment", "赔付（超限额）", "Compensation above the limit", "001-T 三4(7)", {}, ("CF-17",), role="director", above="approval.gm_limit"),
    A("stock.adjustment", "盘点调整（限额内）", "Stock adjustment within the limit", "000 五(一)4", role="parts", up_to="stock.adjustment_limit"),
    A("stock.adjustment", "盘点调整（超限额）", "Stock adjustment above the limit", "000 五(一)4", role="manager", above="stock.adjustment_limit"),
    A("stock.scrap", "配件报废", "Scrapping parts", "SC 5", role="parts"),
    A("purchase.order", "采购（限额内）", "Purchase within the limit", "SC 5", role="parts", up_to="purchase.approval_limit"),
    A("purchase.order", "采购（超限额）", "Purchase above the limit", "SC 5", role="parts", above="purchase.approval_limit"),
    A("purchase.order", "采购（超限额）", "Purchase above the limit", "SC 5", role="manager", order=2, above="purchase.approval_limit"),
    A("vehicle.request", "用车申请", "Vehicle request", "002-2 四(四)", role="supervisor", same_branch=True),
    A("clock.retraction", "更正迟报的时间", "Correcting a late truth", "SC 6", role="supervisor", same_branch=True),
    A("staff.penalty", "处罚", "Penalty", "002-2 末段", {}, ("CF-22",), role="manager"),
    A("staff.reward", "奖励", "Reward", "002-2 末段", {}, ("CF-22",), role="manager"),
    A("standard.change", "制度与标准变更", "Change of a standard", "SC 7", role="manager"),
    A("standard.change", "制度与标准变更", "Change of a standard", "SC 7", role="director", order=2),
    A("personal_data.erasure", "删除客户信息", "Erasing personal data", "003 6.4", role="manager"),
    A("export.personal_data", "导出客户信息", "Exporting personal data", "003 6.4", role="manager"),
)
# fmt: on
