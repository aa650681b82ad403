interface  A<T extends object=  {}>{ readonly a?:string; b:( x:number,...rest:string[] )=>void ; [key:string]:unknown}
type U='a'|'b'|{kind:'c',value:number}|Promise<Array<Record<string,Map<number,Set<string>>>>>|undefined
enum E{A=1,B=A<<2,C="x".length}
@decorated({selector:'x',deep:{a:1}}) export abstract class K<T> extends Base<T> implements A,B { private constructor(public readonly x:number,protected y?:string){super()}
  static async *gen<const T>(this:K<T>,a:T):AsyncGenerator<T>{ yield* other(a as unknown as T) }
  declare z:string; #p=1; accessor q=2; get v():number{return this.#p!}
}
declare module 'x'{ export function f(a:string):asserts a is 'b' }
const longCall=someFunction(argumentNumberOne,argumentNumberTwo,(err,data)=>{ if(err)throw err;else return data?.foo?.[0]??bar },{a,b,c,...rest})
const t=`a ${b+c} ${ `nested ${d}` }`, tern=cond?first?1:2:second?{a:1}:[1,2,3,]
for await(const x of y){label:while(1){continue label}}
export type {Foo} from './foo';import json from "./x.json" with {type:'json'}
const fn=async function*(){}, arrow=async<T,>(x:T)=>({...x}) satisfies object
