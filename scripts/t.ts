import { gaps } from "./reference/documentation.js"; import { readSurface } from "./reference/public-names.js";
const s=readSurface(); const g=gaps(s); console.log(g.join("\n")); 
const tops=s.names.filter(n=>!["method","property","constructor"].includes(n.kind));
console.error(s.names.length,"names",tops.length,"top", g.length,"gaps", new Set(g.map(x=>x.split(" ").slice(0,3).join())).size);
const c:Record<string,number>={}; for(const n of s.names) c[n.kind]=(c[n.kind]??0)+1; console.error(c);
const by:Record<string,number>={}; for(const x of g){const k=x.replace(/^.*\) /,"").replace(/parameter .*/,"parameter"); by[k]=(by[k]??0)+1}; console.error(by);
