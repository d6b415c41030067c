"""Who may do what over REST (contract C, the tables of nouns and of who sees what): one row for every operation.

A row names the log-ins of the demo company to which the operation on the world's object is open. VIEW are those who see
the object at all: to them a forbidden verb is 403, to everybody else the object is not there (404). The object belongs to
Hangzhou: `agent2` and `engineer3` work in Shanghai, `engineer` has the job, `engineer2` has not.
"""

from __future__ import annotations

ACTORS = "agent agent2 supervisor manager engineer engineer2 storekeeper accountant quality".split()
"""Everybody here is tried on every operation; anybody else where a row names them."""
ALL, VIEW = "*", "VIEW"

DESK = "agent supervisor manager"
BUSINESS = f"{DESK} engineer quality analyst director"
OVERSEEN = f"{DESK} quality analyst director"
HANGZHOU = "agent supervisor manager engineer engineer2 storekeeper accountant quality"
FIGURES = "supervisor manager engineer trainer quality analyst director"
CATALOGUE = "manager admin"
KEEPERS = "manager director admin"

VIEWERS = {
    "tickets": BUSINESS,
    "complaints": OVERSEEN,
    "customers": BUSINESS,
    "units": BUSINESS,
    "attachments": BUSINESS,
    "follow-ups": OVERSEEN,
    "rectifications": OVERSEEN,
    "surveys": OVERSEEN,
    "approvals": "agent manager",
    "notifications": "agent",
    "alarms": "agent",
    "clocks": BUSINESS,
    "appraisals": f"{FIGURES} admin",
    "purchase-orders": HANGZHOU,
    "purchase-proposals": HANGZHOU,
    "reservations": HANGZHOU,
    "stock-movements": HANGZHOU,
    "staff": HANGZHOU,
    "suppliers": "manager parts buyer inspector accountant quality analyst director admin",
}
"""By the first word of the path; what is not here everybody may see."""

BELOW = {
    "/tickets/{number}/part-lines/": f"{BUSINESS} storekeeper",
    "/staff/{username}/scores/": FIGURES,
    "/staff/{username}/time-entries/": FIGURES,
    "/staff/{username}/timeline/": FIGURES,
}
"""Where more or fewer see what is below an object than the object itself."""

POLICY: dict[str, str] = {
    # tickets
    "list_ticket": ALL, "create_ticket": "agent supervisor manager agent2", "get_ticket": VIEW, "edit_ticket": DESK,
    "create_ticket_verification": "agent engineer", "create_ticket_answer": "agent", "create_ticket_triage": "agent",
    "create_ticket_assignment": DESK, "undo_ticket_assignment": DESK, "list_ticket_assignment": VIEW,
    "create_ticket_acceptance": "engineer", "create_ticket_contacts": "agent engineer", "list_ticket_contacts": VIEW,
    "create_ticket_appointment": "agent engineer", "undo_ticket_appointment": "agent engineer",
    "list_ticket_appointment": VIEW, "create_ticket_arrival": "engineer", "create_ticket_departure": "engineer",
    "create_ticket_diagnosis": "engineer", "list_ticket_diagnosis": VIEW, "create_ticket_consent": "engineer",
    "list_ticket_consent": VIEW, "create_ticket_hold": "agent engineer", "undo_ticket_hold": "agent engineer",
    "list_ticket_hold": VIEW, "create_ticket_part_lines": "engineer storekeeper", "list_ticket_part_lines": VIEW,
    "create_ticket_faulty_parts": "engineer", "list_ticket_faulty_parts": VIEW, "create_ticket_time_entries": "engineer",
    "list_ticket_time_entries": VIEW, "create_ticket_escalation": "agent engineer", "list_ticket_escalation": VIEW,
    "create_ticket_report_preview": "engineer", "get_ticket_report_preview": VIEW, "create_ticket_signature": "engineer",
    "create_ticket_report": "engineer", "list_ticket_report": VIEW, "create_ticket_result_call": "agent",
    "list_ticket_result_call": VIEW, "create_ticket_closure": "agent supervisor", "create_ticket_reopening": "agent",
    "create_ticket_cancellation": "agent", "create_ticket_refusal": "agent", "create_ticket_handover": "agent supervisor",
    "create_ticket_attachments": f"{DESK} engineer", "list_ticket_attachments": VIEW, "list_ticket_clocks": VIEW,
    "list_ticket_timeline": VIEW, "get_ticket_suggestions": VIEW, "get_attachment_content": VIEW, "list_charge": ALL,
    "list_text_template": ALL, "create_text_template": "manager", "get_text_template": ALL, "edit_text_template": "manager",
    "list_symptom": ALL, "create_symptom": "supervisor manager", "get_symptom": ALL,
    "edit_symptom": "supervisor manager", "list_ticket_text_templates": VIEW,
    # complaints
    "list_complaint": ALL, "create_complaint": f"{DESK} quality", "get_complaint": VIEW,
    "create_complaint_grading": DESK, "create_complaint_answer": DESK, "create_complaint_handover": DESK,
    "create_complaint_result": DESK, "create_complaint_satisfaction": DESK, "create_complaint_closure": DESK,
    "create_complaint_verification": f"{DESK} quality", "create_complaint_finding": f"{DESK} quality",
    "create_complaint_plan": f"{DESK} quality", "create_complaint_execution": f"{DESK} quality",
    "create_complaint_contacts": f"{DESK} quality", "list_complaint_contacts": VIEW,
    "create_complaint_reminders": f"{DESK} quality", "list_complaint_reminders": VIEW,
    "create_complaint_escalation": f"{DESK} quality", "create_complaint_team": DESK, "create_complaint_visit": DESK,
    "list_complaint_clocks": VIEW, "list_complaint_timeline": VIEW,
    # customers, units, products
    "list_customer": ALL, "create_customer": "agent supervisor manager agent2", "get_customer": VIEW,
    "edit_customer": DESK, "create_customer_contact": DESK, "create_customer_reveal": f"{DESK} engineer quality",
    "list_customer_timeline": VIEW, "list_unit": ALL, "create_unit": f"{DESK} engineer", "get_unit": VIEW,
    "edit_unit": f"{DESK} engineer", "create_unit_transfer": DESK, "list_unit_timeline": VIEW,
    "list_product_line": ALL, "create_product_line": CATALOGUE, "list_product": ALL, "create_product": CATALOGUE,
    "get_product": ALL, "edit_product": CATALOGUE, "list_product_warranty_term": ALL,
    "create_product_warranty_term": CATALOGUE,
    # parts
    "list_part_class": ALL, "create_part_class": "manager parts", "get_part_class": ALL, "list_part": ALL,
    "create_part": "manager parts", "get_part": ALL, "edit_part": "manager parts", "list_part_timeline": ALL,
    "create_part_carried_stock": "storekeeper", "create_part_clearance": "inspector",
    "create_part_quarantine": "storekeeper inspector", "create_part_stock_policy": "manager parts",
    "list_stock_location": ALL, "list_stock_movement": ALL, "get_stock_movement": VIEW,
    "create_stock_movement": "storekeeper manager parts", "list_reservation": ALL, "get_reservation": VIEW,
    "create_reservation_issue": "storekeeper", "create_reservation_consumption": "engineer engineer2 storekeeper",
    "create_reservation_return": "engineer engineer2 storekeeper",
    "create_reservation_release": f"{DESK} engineer engineer2 storekeeper parts", "list_purchase_proposal": ALL,
    "create_purchase_proposal": "manager parts", "get_purchase_proposal": VIEW,
    "create_purchase_proposal_decision": "manager parts", "list_purchase_order": ALL, "create_purchase_order": "buyer",
    "get_purchase_order": VIEW, "create_purchase_order_receipt": "storekeeper",
    "create_purchase_order_inspection": "inspector", "create_purchase_order_cancellation": "buyer",
    "list_supplier": ALL, "create_supplier": "parts buyer", "get_supplier": VIEW,
    "create_supplier_evaluation": "parts buyer",
    # surveys, follow-ups
    "list_survey_invitation": ALL, "get_survey_invitation": VIEW, "create_invitation_answer": DESK,
    "create_invitation_resend": DESK, "list_follow_up": ALL, "get_follow_up": VIEW, "create_follow_up_attempt": DESK,
    "list_follow_up_attempt": VIEW, "create_follow_up_outcome": DESK, "create_follow_up_handover": DESK,
    "list_follow_up_clocks": VIEW, "list_follow_up_timeline": VIEW, "list_rectification": ALL,
    "get_rectification": VIEW, "create_rectification_analysis": "supervisor manager quality",
    "create_rectification_completion": "supervisor manager quality",
    # staff
    "get_me": ALL, "list_branches": ALL, "list_skills": ALL, "list_staff": ALL, "create_person": CATALOGUE,
    "get_person": VIEW, "edit_person": CATALOGUE, "create_person_departure": CATALOGUE, "list_person_booking": VIEW,
    "create_person_booking": "supervisor manager", "undo_person_booking": "supervisor manager",
    "list_person_licence": VIEW, "create_person_licence": "manager trainer", "undo_person_licence": "manager trainer",
    "list_person_skill": VIEW, "create_person_skill": "manager trainer", "list_person_score": VIEW,
    "create_person_score": "supervisor manager trainer quality",
    "create_score_retraction": "supervisor manager trainer quality", "list_person_time_entry": VIEW,
    "create_person_time_entry": "supervisor manager engineer", "list_person_timeline": VIEW, "list_appraisal": ALL,
    "create_appraisal": "supervisor manager", "get_appraisal": VIEW, "create_appraisal_confirmation": "manager",
    # kernel, reports
    "list_approvals": ALL, "get_approval": VIEW, "create_approval_decision": "manager",
    "create_approval_withdrawal": "agent", "list_notifications": ALL, "create_notification_reading": VIEW,
    "list_alarm": ALL, "create_alarm_acknowledgement": VIEW, "create_alarm_completion": VIEW,
    "get_clock_explanation": VIEW, "get_ticket_applicability": VIEW,
    "list_calendars": ALL, "get_calendar": ALL, "list_rules": ALL, "get_rule": ALL, "list_settings": ALL,
    "get_setting": ALL, "edit_setting": "manager director admin", "create_setting_approval": "manager director admin",
    "create_setting_withdrawal": "manager director admin", "create_rule_versions": "manager director admin",
    "create_rule_approval": "manager director admin", "create_rule_force": "manager director admin",
    "create_rule_end": "manager director admin",
    "create_rules": KEEPERS, "get_rule_forecast": KEEPERS, "get_rule_what_if": "manager director admin quality analyst",
    "create_calendars": KEEPERS, "delete_calendar": KEEPERS, "list_calendar_versions": ALL,
    "create_calendar_versions": KEEPERS, "create_calendar_holidays": KEEPERS, "get_calendar_years": ALL,
    "get_calendar_version": ALL, "create_calendar_version_approval": KEEPERS,
    "create_calendar_version_force": KEEPERS, "create_calendar_version_withdrawal": KEEPERS,
    "get_calendar_version_forecast": KEEPERS, "list_changeovers": ALL, "get_changeover": ALL,
    "get_rulebook_file": ALL, "create_rulebook_file": KEEPERS, "list_document_reviews": ALL,
    "create_document_review_completion": KEEPERS, "list_kpis": "supervisor manager quality analyst director",
    "get_kpi": "supervisor manager quality analyst director", "list_kpi_rows": "supervisor manager quality analyst director",
}  # fmt: skip

NAMED_IN_BODY = {
    "create_unit", "create_ticket", "create_complaint", "create_appraisal", "create_part_quarantine",
    "create_part_stock_policy", "create_purchase_proposal", "create_stock_movement", "create_unit_transfer",
}  # fmt: skip
"""Who does not see the row that the body names is told, beside the field, that there is none: 400."""
