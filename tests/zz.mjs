import { launch } from "./support/browser.mjs"; import { serve } from "./support/server.mjs"; import { Lab, until } from "./support/lab.mjs"; import { standInData } from "./support/stand-in-data.mjs";
const b = await launch();
const brief = async (l) => { const s = await l.state(); return JSON.stringify({status:s.status,stopped:s.stopped,step:s.step,notice:s.notice,data:s.data,refusal:s.refusal, ex:s.examples}); };
const which = process.argv[2];
const files = standInData();
const s = await serve(which==="nan"?{}:{files}); const p = await b.newPage(); p.on("console",m=>console.log("  console", m.type(), m.text().slice(0,200)));
p.setDefaultTimeout(10000);
const lab = await Lab.open(p, s.url);
if (which === "nan") { await lab.configure({optimizer:{kind:"sgd",learning_rate:1e30},schedule:{kind:"constant"}}); console.log(await brief(lab)); await lab.train(); console.log(JSON.stringify(await lab.untilEvent("stopped")));  await p.waitForTimeout(1000); console.log(await brief(lab)); await p.screenshot({path:"/tmp/nan.png"}); }
else { console.log(s.requests.filter(r=>r.includes("data")).join(" ")); s.fault(/train-0[3-9]/, which); await lab.configure({batch_size:16, seed:5}); console.log(await brief(lab)); await lab.train(); for (let i=0;i<8;i++){ await p.waitForTimeout(2000); console.log(await brief(lab)); } console.log(s.requests.filter(r=>r.includes("data")).join(" ")); await p.screenshot({path:`/tmp/${which}.png`}); s.heal(); console.log("healed", await lab.button("Train").isEnabled().catch(String)); await lab.train().catch(e=>console.log(e.message.slice(0,200))); for (let i=0;i<4;i++){ await p.waitForTimeout(2000); console.log(await brief(lab)); } }
await b.close(); await s.close();
