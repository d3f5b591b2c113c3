// The stations of a map by keyboard: left and right walk them, Home and End go to either end. Without
// scripts each is a link that Tab reaches, and the table below says the same.
const stations = [...document.querySelectorAll(".stream-map a")];

function wanted(key) {
  const at = stations.indexOf(document.activeElement);
  if (key === "ArrowRight") return stations[at + 1];
  if (key === "ArrowLeft") return at < 0 ? stations.at(-1) : stations[at - 1];
  if (at < 0) return undefined;
  return { Home: stations[0], End: stations.at(-1) }[key];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || document.querySelector("dialog[open]")) return;
  const { target } = event;
  const isHere = target === document.body || target.id === "main" || target.closest?.("[data-stations]");
  const station = isHere && wanted(event.key);
  if (!station) return;
  event.preventDefault();
  station.focus();
  station.scrollIntoView({ block: "nearest", inline: "center" });
});
