import { createEngine } from "./src/engine/index.ts";
const engine=createEngine({logger:{log(l,e,f){if(l!=="debug")console.log(l,e,f)}},clock:{nowMs:Date.now,monotonicMs:()=>performance.now()}});
let t=performance.now();
const m=await engine.load({name:"t",source:{kind:"gguf",path:process.argv[2]!}},f=>{});
console.log("load",performance.now()-t,m.info.contextTokens,m.status());
const req=(text:string,o={})=>({prompt:[{kind:"text" as const,text}],choices:1,maxTokens:200,minTokens:200,sampling:{temperature:0,topP:1,topK:0,minP:0,presencePenalty:0,frequencyPenalty:0,logitBias:new Map(),seed:1n},stop:[],logprobs:undefined,prediction:undefined,priority:0,caller:"a",adapter:undefined,...o});
const long="the river and the road ".repeat(300);
for(let i=0;i<4;i++){
 const c=new AbortController();
 const p=(async()=>{try{for await(const e of m.generate(req(i+long),c.signal));}catch(e:any){return e.code}})();
 await new Promise(r=>setTimeout(r,1500));
 const t=performance.now();c.abort();const r=await p;const t1=performance.now();
 // the next question is answered when the pass is over
 const tk=await m.tokenize([{kind:"text",text:"x"}]);
 console.log(r,"client",(t1-t).toFixed(1),"engine free after",(performance.now()-t).toFixed(1));
}
await engine.close();
