"""What happens to customers, units and products, as the journal tells it."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal

OPENED = journal.define("customer.opened", _("建立客户档案"))
EDITED = journal.define("customer.edited", _("修改了客户档案"))
CONTACT_ADDED = journal.define("customer.contact_added", _("增加了联系人"))
REGISTERED = journal.define("unit.registered", _("登记机器 %(model)s，序列号 %(serial)s"))
UNIT_EDITED = journal.define("unit.edited", _("修改了机器 %(serial)s 的资料"))
TRANSFERRED = journal.define("unit.transferred", _("机器 %(serial)s 办理过户"))
LINE_ADDED = journal.define("product_line.added", _("新增产品线 %(code)s"))
MODEL_ADDED = journal.define("product_model.added", _("新增产品型号 %(code)s"))
MODEL_EDITED = journal.define("product_model.edited", _("修改了产品型号 %(code)s"))
TERM_SET = journal.define("product_model.warranty_set", _("型号 %(code)s 保修期定为 %(months)s 个月"))
