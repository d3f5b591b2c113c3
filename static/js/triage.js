// The decision card by keyboard: a letter answers a question and takes the writer to its reason; Enter
// in a reason goes on to the next question, and in the last one saves. Without scripts it is a form.
import { fresh } from "./page.js";

const isOff = () => document.documentElement.dataset.keyboard === "off";
const checked = (question) => question.querySelector(".picks :checked");
const reasonOf = (question) => question.querySelector("[data-reason]");
const besides = (question) => [...question.querySelectorAll(".beside")].filter((part) => part.dataset.when === checked(question)?.value).map((part) => part.querySelector("input"));

// An answer that ends the decision leaves no question open behind it.
const ENDS = { verdict: ["no", "ask"], fulfilability: ["deferred"], route: [] };

function answer(radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  reasonOf(radio.closest("[data-question]")).focus();
}

function onward(form, question) {
  const questions = [...form.querySelectorAll("[data-question]")];
  const next = questions[questions.indexOf(question) + 1];
  const ends = ENDS[question.dataset.question]?.includes(checked(question)?.value);
  if (!next || ends) form.requestSubmit(form.querySelector("[name=step]"));
  else (checked(next) ?? next.querySelector(".picks input")).focus();
}

function onEnter(form, field, event) {
  const question = field.closest("[data-question]");
  if (!question || field.matches("select, summary") || field.getAttribute("aria-expanded") === "true") return;
  event.preventDefault();
  if (field.matches("[type=radio]")) {
    answer(field);
    return;
  }
  const asked = [reasonOf(question), ...besides(question)];
  const place = asked.indexOf(field);
  const open = asked.slice(place + 1).find((one) => !one.value);
  if (open) open.focus();
  else onward(form, question);
}

function start(form) {
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.key === "Enter") {
      onEnter(form, event.target, event);
      return;
    }
    if (isOff() || !event.target.matches("[type=radio]")) return;
    const label = event.target.closest("[data-question]").querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
    if (!label) return;
    event.preventDefault();
    answer(label.control);
  });
  // A key pressed anywhere on the page clicks the label, or the question itself.
  for (const label of form.querySelectorAll(".picks label[data-keys]")) {
    label.addEventListener("click", (event) => {
      if (event.isTrusted) return;
      event.preventDefault();
      answer(label.control);
    });
  }
  for (const legend of form.querySelectorAll("legend[data-keys]")) {
    legend.addEventListener("click", () => {
      const question = legend.closest("[data-question]");
      (checked(question) ?? question.querySelector(".picks input")).focus();
    });
  }
}

export function startDecisions(root) {
  for (const form of fresh(root, "form[data-decision]")) start(form);
  for (const row of fresh(root, '.triage-list [aria-current="true"]')) row.scrollIntoView({ block: "nearest" });
}
