// Whoever begins is most likely where their machine says it is.
const field = document.querySelector("[data-own-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (field?.list?.querySelector(`option[value="${CSS.escape(zone)}"]`)) field.value = zone;
