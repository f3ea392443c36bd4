// A network that can be moved and enlarged, from the numbers of the picture in the page: sigma draws, nothing is laid out.
function draw(figure) {
  const picture = figure.querySelector("svg.graph");
  const place = figure.querySelector(".moving");
  const colours = getComputedStyle(place);
  const [ink, accent, quiet] = [colours.color, colours.borderTopColor, colours.outlineColor];
  const graph = new graphology.Graph({ type: "undirected", multi: true });
  const at = new Map();
  for (const circle of picture.querySelectorAll("circle")) {
    const [x, y, size] = ["cx", "cy", "r"].map((name) => Number(circle.getAttribute(name)));
    const label = circle.textContent;
    const id = graph.addNode(label, { x, y: -y, size, label, color: circle.matches(".sure") ? accent : quiet });
    at.set(`${x} ${y}`, id);
  }
  for (const line of picture.querySelectorAll("path")) {
    const [x1, y1, x2, y2] = line.getAttribute("d").match(/[\d.]+/g).map(Number);
    graph.addEdge(at.get(`${x1} ${y1}`), at.get(`${x2} ${y2}`), { size: Number(line.getAttribute("stroke-width")), color: quiet });
  }
  new Sigma(graph, place, { labelColor: { color: ink }, labelRenderedSizeThreshold: 8, zIndex: true });
}

for (const figure of document.querySelectorAll("figure.network")) {
  const [picture, place, button] = ["svg.graph", ".moving", "button"].map((name) => figure.querySelector(name));
  button.hidden = !document.createElement("canvas").getContext("webgl2");
  button.addEventListener("click", () => {
    place.hidden = false;
    draw(figure);
    picture.classList.add("unseen"); // a screen reader still finds it
    button.hidden = true;
  });
}
