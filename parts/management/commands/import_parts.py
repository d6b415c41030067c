from parts.actions import importing
from service_center.kernel.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Bring parts in from an XLSX or CSV file, line by line."
    columns, verb = importing.COLUMNS, importing.import_part
