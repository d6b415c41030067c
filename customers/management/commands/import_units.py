from customers.actions import importing
from service_center.kernel.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Bring units in from an XLSX or CSV file, line by line."
    columns, verb = importing.UNIT_COLUMNS, importing.import_unit
