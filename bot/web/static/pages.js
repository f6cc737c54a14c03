// The page for a place or files: reads the place once, in WGS-84, and posts the form.
"use strict";

const GOOD = 30; // metres that are near enough to stop looking
const PATIENCE = 15000; // milliseconds to look for something better
const SDK_PATIENCE = 8000; // milliseconds for WeCom's own way, before the browser's

const find = (css) => document.querySelector(css);
const late = (ms) => new Promise((_, fail) => setTimeout(() => fail(new Error("late")), ms));

// the browser: the best of what it finds, as the satellites come in
function byBrowser() {
  return new Promise((done, fail) => {
    if (!navigator.geolocation) return fail({ code: 2 });
    let best = null;
    const end = (why) => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      if (best) done(best);
      else fail(why);
    };
    const found = ({ coords }) => {
      if (!best || coords.accuracy < best.accuracy) best = coords;
      if (best.accuracy <= GOOD) end();
    };
    const options = { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE };
    const watch = navigator.geolocation.watchPosition(found, end, options);
    const timer = setTimeout(() => end({ code: 3 }), PATIENCE);
  });
}

// WeCom: its own script, signed for this page
function load(url) {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    Object.assign(script, { src: url, onload: done, onerror: () => fail(new Error("sdk")) });
    document.head.append(script);
  });
}

function signer(kind) {
  return async (url) => {
    const page = url || location.href.split("#")[0];
    const path = `${location.pathname}/signature?kind=${kind}&url=${encodeURIComponent(page)}`;
    const answer = await fetch(path);
    if (!answer.ok) throw new Error("signature");
    return answer.json();
  };
}

async function byWeCom({ sdk, corp, agent }) {
  if (!window.ww) await load(sdk);
  window.ww.register({
    corpId: corp,
    agentId: Number(agent),
    jsApiList: ["getLocation"],
    getConfigSignature: signer("config"),
    getAgentConfigSignature: signer("agent"),
  });
  return window.ww.getLocation({ type: "wgs84" });
}

async function where(form) {
  if (form.dataset.sdk && /wxwork/i.test(navigator.userAgent)) {
    try {
      return await Promise.race([byWeCom(form.dataset), late(SDK_PATIENCE)]);
    } catch {
      // an old client, no signature: the browser inside it may still know
    }
  }
  return byBrowser();
}

async function sendPlace(form) {
  const button = form.querySelector("button");
  for (const id of ["#forbidden", "#nowhere"]) find(id).hidden = true;
  button.disabled = true;
  find("#looking").hidden = false;
  try {
    const at = await where(form);
    form.elements.lat.value = at.latitude;
    form.elements.lng.value = at.longitude;
    form.elements.accuracy.value = at.accuracy || 0;
    form.submit();
  } catch (why) {
    find(why && why.code === 1 ? "#forbidden" : "#nowhere").hidden = false;
    find("#looking").hidden = true;
    button.disabled = false;
  }
}

if (find("#place")) {
  find("#place").addEventListener("submit", (event) => {
    event.preventDefault();
    sendPlace(find("#place"));
  });
}
if (find("#files")) {
  find("#files").addEventListener("submit", () => {
    find("#files button").disabled = true; // one press, one post
    find("#sending").hidden = false;
  });
}
