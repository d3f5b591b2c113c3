// A picture pasted into a text goes along as the form's file, and the text names it where it stands.
import { fresh, say, word } from "./page.js";

const ENDING = { "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp" };

const two = (number) => String(number).padStart(2, "0");

function nameOf(picture, at) {
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `picture-${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.${ENDING[picture.type]}`;
}

function takeIn(field, input, picture) {
  const named = new File([picture], nameOf(picture, new Date()), { type: picture.type });
  const held = new DataTransfer();
  held.items.add(named);
  input.files = held.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  field.setRangeText(`[${named.name}]`, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startPasting(root) {
  for (const field of fresh(root, "form textarea")) {
    const input = field.form.querySelector("input[type=file]");
    if (!input) continue;
    field.addEventListener("paste", (event) => {
      const picture = [...(event.clipboardData?.files ?? [])].find((file) => ENDING[file.type]);
      // Office programs put a picture of the text beside the text: then the text is meant.
      if (!picture || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      if (input.files.length) say(word("oneFile"), "warn");
      else takeIn(field, input, picture);
    });
  }
}
