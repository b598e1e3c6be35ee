// Copyright (c) 2026 meetops.jitsi contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
//
// Stands in for Jitsi Meet's external_api.js while the platform sleeps. It shows the wake page in the frame, and when
// the meeting answers it loads the real script and hands everything over: the arguments, and what was called meanwhile.
"use strict";
(() => {
  const RETRY = 3000;
  const source = document.currentScript && document.currentScript.src ? new URL(document.currentScript.src) : null;
  // What answers at once, as there is no meeting yet.
  const NOW = { getNumberOfParticipants: 0, getParticipantsInfo: [], getRoomsInfo: { rooms: [] }, listenerCount: 0 };
  // What gives the object itself, so that calls can be chained.
  const CHAINED = ["on", "once", "off", "addListener", "removeListener", "removeAllListeners", "prependListener"];
  // What gives nothing. All else is answered when the meeting answers.
  const PLAIN = ["addEventListener", "addEventListeners", "removeEventListener", "removeEventListeners",
    "executeCommand", "executeCommands", "emit"];
  let loading = null, frames = 0;

  // Constructor arguments in both forms that Jitsi Meet takes: an object, or the options one after another.
  const options = ([first, width, height, parentNode]) =>
    (first && typeof first === "object" ? first : { roomName: first, width, height, parentNode });
  const size = value => (typeof value === "number" ? value + "px" : /^[0-9]*\.?[0-9]+(em|pt|px|%)$/.test(value) ? value : "");

  // The script's own address, if the meeting is to be on the server that it came from.
  const address = domain => (source && domain.split("/")[0] === source.host ? source.href : "https://" + domain + "/external_api.js");

  // Loads the real script, again and again: the stand-in comes back as long as the platform does not answer.
  function load(url) {
    loading = loading || new Promise(resolve => {
      const attempt = () => {
        const script = document.createElement("script");
        const done = () => {
          script.remove();
          if (window.JitsiMeetExternalAPI.standsIn) setTimeout(attempt, RETRY);
          else resolve(window.JitsiMeetExternalAPI);
        };
        script.onload = script.onerror = done;
        script.src = url;
        document.head.append(script);
      };
      attempt();
    });
    return loading;
  }

  class StandIn {
    constructor(domain, ...args) {
      const { roomName = "", width, height, parentNode = document.body } = options(args);
      const url = address(domain), origin = new URL(url).origin;
      const path = domain.split("/").slice(1).concat(roomName).filter(Boolean).map(encodeURIComponent).join("/");
      const calls = [];
      let real = null, gone = false;

      const frame = document.createElement("iframe");
      frame.name = frame.id = "jitsiWakeFrame" + frames++;
      frame.src = origin + "/_wake/frame/" + path;
      frame.title = "Jitsi Meet";
      frame.style.border = 0;
      frame.style.width = size(width) || "100%";
      frame.style.height = size(height) || "100%";
      parentNode.append(frame);

      const remove = () => {
        window.removeEventListener("message", answers);
        frame.remove();
      };
      const answers = async event => {
        if (event.source !== frame.contentWindow || event.origin !== origin || event.data !== "meeting-answers") return;
        window.removeEventListener("message", answers);
        const Real = await load(url);
        if (gone) return;
        remove();
        real = new Real(domain, ...args);
        for (const call of calls) call();
      };
      window.addEventListener("message", answers);

      const later = (name, given) => new Promise((resolve, reject) => {
        calls.push(() => {
          try { resolve(real[name](...given)); } catch (error) { reject(error); }
        });
      });
      const own = {
        dispose: () => { gone = true; remove(); },
        getIFrame: () => frame,
      };
      const proxy = new Proxy(this, {
        get: (target, name) => {
          if (real) return typeof real[name] === "function" ? real[name].bind(real) : real[name];
          // Neither a promise nor anything that the language itself asks for.
          if (typeof name === "symbol" || name === "then") return target[name];
          if (name in own) return own[name];
          if (name in NOW) return () => NOW[name];
          return (...given) => {
            const answer = later(name, given);
            if (CHAINED.includes(name) || PLAIN.includes(name)) answer.catch(error => console.error(error));
            return CHAINED.includes(name) ? proxy : PLAIN.includes(name) ? undefined : answer;
          };
        },
      });
      return proxy;
    }
  }
  StandIn.standsIn = true;
  // Neither over the real one, which another script may have loaded, nor over the one whose frames are shown.
  window.JitsiMeetExternalAPI = window.JitsiMeetExternalAPI || StandIn;
})();
