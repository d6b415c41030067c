"""What parts offers to the nightly comparison; it listens to nobody."""

from parts import actions
from service_center.kernel import recompute

recompute.register("stock", actions.recount)
