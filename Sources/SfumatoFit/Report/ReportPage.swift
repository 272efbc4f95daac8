/// The look of pages.
let reportStyle = """
  :root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #c2603c; }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 1.5rem; }
  h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
  p { margin: .3rem 0 .8rem; } .quiet { opacity: .7; }
  table { border-collapse: collapse; } .wide { overflow-x: auto; }
  td, th { border-bottom: 1px solid var(--line); padding: .25rem .8rem .25rem 0; text-align: left; }
  td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
  .figures { display: flex; flex-wrap: wrap; gap: 1.2rem; margin: 1rem 0; }
  .figures div { background: var(--soft); border-radius: .5rem; padding: .6rem 1rem; min-width: 6rem; }
  .figures b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
  .views { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 1.2rem; }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .4rem; }
  .stack { position: relative; background: #222; } .stack img { display: block; width: 100%; }
  .stack .over { position: absolute; inset: 0; clip-path: inset(0 0 0 var(--cut, 50%)); }
  .stack::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--cut, 50%); border-left: 1px solid #fffb; }
  .around { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(50%, 200px), 1fr)); gap: .4rem; } .around img { display: block; width: 100%; }
  .heat { display: block; width: 100%; } input[type=range] { width: 100%; margin: .2rem 0; accent-color: var(--accent); }
  svg { max-width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
  pre { background: var(--soft); border-radius: .4rem; overflow-x: auto; padding: .8rem; }
  .turn { max-width: 480px; } .turn img { display: none; width: 100%; } .turn img.on { display: block; }
  """

/// The report's page as a Mustache template: one file, no network.
///
/// Two braces escape what they insert; three insert markup that is made here, pictures and charts.
let reportPage = """
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{{title}} - Sfumato</title>
  <link rel="icon" href="data:,">
  <style>
  \(reportStyle)
  </style>
  </head>
  <body>
  <h1>{{title}}</h1>
  <p class="quiet">{{summary}}</p>
  <div class="figures">{{#figures}}<div><b>{{value}}</b>{{name}}</div>{{/figures}}</div>

  <h2>Targets and result</h2>
  <p>Left of the line the target, right of it the result; beside it the difference, {{gain}} times.</p>
  <div class="views">{{#views}}
  <figure style="margin:0"><div class="pair"><div>
  <div class="stack"><img alt="target {{file}}" src="{{{target}}}"><img class="over" alt="result {{file}}" src="{{{result}}}"></div>
  <input type="range" min="0" max="100" value="50" aria-label="target against result">
  </div><img class="heat" alt="difference {{file}}" src="{{{heat}}}"></div>
  <figcaption>{{file}} <span class="quiet">{{numbers}}</span></figcaption></figure>{{/views}}
  </div>

  <h2>Result from around</h2>
  <div class="turn">{{#turntable}}<img alt="the result, turned" src="{{{.}}}">{{/turntable}}
  <input type="range" min="0" max="{{lastFrame}}" value="0" aria-label="turn"></div>

  <h2>Loss</h2>
  <p>Before each step, over the views that it saw; a shade a stage.</p>
  {{{lossChart}}}
  <div class="wide"><table><tr><th>stage</th><th class="n">steps</th><th class="n">last loss</th></tr>
  {{#stages}}<tr><td>{{name}}</td><td class="n">{{steps}}</td><td class="n">{{loss}}</td></tr>{{/stages}}</table></div>

  <h2>Cameras from above</h2>
  <p>Along the world's Y axis; the disc is as large as the object.</p>
  {{{cameraChart}}}

  {{#hasMesh}}<h2>Mesh</h2>
  <table>{{#mesh}}<tr><td>{{name}}</td><td class="n">{{value}}</td></tr>{{/mesh}}</table>{{/hasMesh}}
  {{#hasPull}}<h2>Where the pictures still pull</h2>
  <p>The gradient of the last loss at each vertex for its area, logarithmic from dark to bright; grey where there is none. Nothing in the pictures depends on the
  places of {{unseen}} of {{vertices}} vertices: no view sees them, or only inside an even colour.</p>
  <div class="around">{{#pull}}<img alt="the gradient on the result" src="{{{.}}}">{{/pull}}</div>{{/hasPull}}

  <h2>All views</h2>
  <div class="wide"><table><tr><th>view</th><th class="n">PSNR dB</th><th class="n">SSIM</th><th class="n">IoU</th>{{#hasExposure}}<th class="n">exposure: red, green, blue</th>{{/hasExposure}}</tr>
  {{#rows}}<tr><td>{{file}}</td><td class="n">{{psnr}}</td><td class="n">{{ssim}}</td><td class="n">{{iou}}</td>{{#exposure}}<td class="n">{{.}}</td>{{/exposure}}</tr>{{/rows}}</table></div>

  <h2>Parameters</h2>
  <pre>{{parameters}}</pre>
  <h2>How to repeat it</h2>
  <pre>{{command}}</pre>
  <table>{{#versions}}<tr><td>{{name}}</td><td>{{value}}</td></tr>{{/versions}}</table>
  <details><summary>config.resolved.yaml</summary><pre>{{config}}</pre></details>
  <script>
  for (const stack of document.querySelectorAll(".stack")) {
    const range = stack.nextElementSibling;
    range.addEventListener("input", () => stack.style.setProperty("--cut", range.value + "%"));
  }
  const frames = document.querySelectorAll(".turn img"), turn = document.querySelector(".turn input");
  const show = () => frames.forEach((frame, i) => frame.classList.toggle("on", i == turn.value));
  turn.addEventListener("input", show);
  show();
  </script>
  </body>
  </html>
  """
