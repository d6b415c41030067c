"""What happens to people, as the journal tells it."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal
from staff.states import Criterion, Role, TimeCategory

journal.name_codes("role", Role)
journal.name_codes("reached", Role)

HIRED = journal.define("person.hired", _("入职，岗位 %(role)s"))
EDITED = journal.define("person.edited", _("修改了员工资料"))
LEFT = journal.define("person.left", _("离职，未完成工作移交接手人"))
ASSESSED = journal.define("person.assessed", _("技能 %(skill)s 评定为 %(level)s 级"))
LICENSED = journal.define("person.licensed", _("取得维修资格 %(scope)s"))
LICENCE_REVOKED = journal.define("person.licence_revoked", _("维修资格 %(scope)s 被撤销"))
BOOKED = journal.define("person.booked", _("登记了占用时间"))
BOOKING_RELEASED = journal.define("person.booking_released", _("释放了占用时间"))
SCORED = journal.define("person.scored", _("%(criterion)s 得分 %(value)s"), criterion=Criterion)
SCORE_RETRACTED = journal.define("person.score_retracted", _("撤回了一条评分：%(reason)s"))
TIME_LOGGED = journal.define(
    "person.time_logged", _("登记工时 %(minutes)s 分钟（%(category)s）"), category=TimeCategory
)
APPRAISAL_COMPILED = journal.define("appraisal.compiled", _("汇总了 %(period)s 月度考核"))
APPRAISAL_CONFIRMED = journal.define("appraisal.confirmed", _("确认了 %(period)s 月度考核"))
BRANCH_OPENED = journal.define("branch.opened", _("设立网点 %(code)s"))
TEAM_FORMED = journal.define("team.formed", _("组建班组 %(code)s"))
