// The script of report.html: finds, filters and sorts the packed rows. The page is complete without it.
(function(){
'use strict';
var d=document,packed=d.getElementById('packed'),form=d.getElementById('find'),box=d.getElementById('all');
if(!packed||!form||!self.DecompressionStream)return;
var q=form.elements,body=box.querySelector('tbody'),count=d.getElementById('count'),more=d.getElementById('more');
var heads=box.querySelectorAll('th[data-key]');
// texts[row]; columns[COLUMN].values[columns[COLUMN].rows[row]]. The order of columns is known to html_pack.c.
var texts=[],columns=[],ids='',names={};
var DATE=0,SOURCE=1,SENTIMENT=2,TOPICS=3,RATING=4,PARTS=5,LANGUAGE=6,NAME=7;
var keys={date:DATE,source:SOURCE,sentiment:SENTIMENT,rating:RATING},filters={sentiment:SENTIMENT,topic:TOPICS,source:SOURCE,part:PARTS};
// folded[row]: what is searched, made when the page is idle. sorted: rows in the chosen order; view: those that were found.
var folded=[],sorted=[],sortedBy='',view=[],shown=0,sort='date',down=true,timer,FIRST=30,MORE=100;
var later=self.requestIdleCallback||function(f){return setTimeout(function(){var end=Date.now()+9;f({timeRemaining:function(){return end-Date.now()}})},20)};
function value(column,row){return columns[column].values[columns[column].rows[row]]}
function id(row){return ids.slice(16*row,16*row+16)}
function fold(s){return s.normalize('NFKC').toLowerCase()}
function foldUntil(end){
  for(var i=folded.length;i<end;i++)folded.push(fold(texts[i]+' '+value(NAME,i)));
}
function foldIdle(deadline){
  while(folded.length<texts.length&&deadline.timeRemaining()>3)foldUntil(Math.min(folded.length+200,texts.length));
  if(folded.length<texts.length)later(foldIdle);
}
function el(name,text,cls){var e=d.createElement(name);if(text)e.textContent=text;if(cls)e.className=cls;return e}
function label(key){return names[key]||key}
function tone(key){return key==='negative'?'neg':key==='positive'?'pos':''}
// Appends the text with the found words marked.
function marked(to,text,words){
  var low=text.toLowerCase(),at=0;
  if(low.length!==text.length)words=[];
  for(;;){
    var best=-1,size=0;
    words.forEach(function(w){var i=low.indexOf(w,at);if(i>=0&&(best<0||i<best)){best=i;size=w.length}});
    if(best<0)break;
    to.append(text.slice(at,best),el('mark',text.slice(best,best+size)));
    at=best+size;
  }
  to.append(text.slice(at));
}
function draw(row,words){
  var tr=el('tr'),td=el('td'),name=value(NAME,row),sentiment=value(SENTIMENT,row);
  tr.id=(d.getElementById('r'+id(row))?'all-':'')+'r'+id(row);
  td.append(el('time',value(DATE,row)));
  tr.append(td,el('td',value(SOURCE,row)+(name?' '+name:'')));
  td=el('td');td.append(el('span',label(sentiment),tone(sentiment)));tr.append(td);
  tr.append(el('td',value(RATING,row),'n'));
  td=el('td');
  value(TOPICS,row).split(';').forEach(function(t){
    var i=t.lastIndexOf(':');
    if(t)td.append(el('span',label(t.slice(0,i)),'tag '+tone(t.slice(i+1))),' ');
  });
  tr.append(td);
  td=el('td');
  var b=el('bdi'),lang=value(LANGUAGE,row);if(lang)b.lang=lang;
  marked(b,texts[row],words);td.append(b);tr.append(td);
  return tr;
}
function words(){return fold(q.q.value).split(/\s+/).filter(Boolean)}
function next(e){
  var part=d.createDocumentFragment(),w=words();
  for(var end=Math.min(shown+(e?MORE:FIRST),view.length);shown<end;shown++)part.append(draw(view[shown],w));
  body.append(part);
  more.hidden=shown>=view.length;
}
// Tests a value of the column. Topics and parts are lists: one item must match.
function passes(column,wanted){
  return function(value){
    return column===TOPICS?(';'+value).indexOf(';'+wanted+':')>=0:column===PARTS?(';'+value+';').indexOf(';'+wanted+';')>=0:value===wanted;
  };
}
// The rows by the values of a column: a counting sort, which keeps the order of equal rows.
function sortRows(){
  var c=columns[keys[sort]],sign=down?-1:1,begin=[],rank=[];
  function key(v){return sort!=='rating'?v:v?parseFloat(v):-1}
  c.values.map(function(v,i){return [key(v),i]}).sort(function(a,b){return a[0]<b[0]?-sign:a[0]>b[0]?sign:a[1]-b[1]})
    .forEach(function(v,i){rank[v[1]]=i;begin.push(0)});
  begin.push(0);
  c.rows.forEach(function(v){begin[rank[v]+1]++});
  for(var i=1;i<begin.length;i++)begin[i]+=begin[i-1];
  sorted=new Uint32Array(texts.length);
  c.rows.forEach(function(v,row){sorted[begin[rank[v]]++]=row});
  sortedBy=sort+down;
}
function find(){
  var w=words(),tests=[];
  if(w.length)foldUntil(texts.length);
  if(sortedBy!==sort+down)sortRows();
  Object.keys(filters).forEach(function(n){
    var c=columns[filters[n]];
    if(q[n]&&q[n].value)tests.push({rows:c.rows,passes:c.values.map(passes(filters[n],q[n].value))});
  });
  view=[];
  rows:for(var i=0;i<sorted.length;i++){
    var r=sorted[i],k;
    for(k=0;k<tests.length;k++)if(!tests[k].passes[tests[k].rows[r]])continue rows;
    for(k=0;k<w.length;k++)if(folded[r].indexOf(w[k])<0)continue rows;
    view.push(r);
  }
  heads.forEach(function(h){
    if(h.dataset.key===sort)h.setAttribute('aria-sort',down?'descending':'ascending');else h.removeAttribute('aria-sort');
  });
  body.textContent='';shown=0;next();
  count.textContent=count.dataset.text.replace('{0}',view.length.toLocaleString('en')).replace('{1}',texts.length.toLocaleString('en'));
}
var fields=['q'].concat(Object.keys(filters));
function save(){
  var p=new URLSearchParams();
  fields.forEach(function(n){if(q[n]&&q[n].value)p.set(n,q[n].value)});
  if(sort!=='date'||!down)p.set('sort',(down?'-':'')+sort);
  try{history.replaceState(null,'','#find?'+p)}catch(e){}
}
function findRow(wanted){
  for(var i=ids.indexOf(wanted);i>=0&&i%16;)i=ids.indexOf(wanted,i+1);
  return i/16;
}
// Shows the row that the address names if only the packed data has it.
function follow(){
  var h=decodeURIComponent(location.hash),m=/^#r([0-9a-f]{16})$/.exec(h);
  if(h.indexOf('#find?')===0){
    var p=new URLSearchParams(h.slice(6)),s=p.get('sort');
    fields.forEach(function(n){if(q[n])q[n].value=p.get(n)||''});
    if(s&&keys[s.replace('-','')]!==undefined){sort=s.replace('-','');down=s[0]==='-'}
    find();form.scrollIntoView();
  }else if(m&&!d.getElementById('r'+m[1])){
    var row=findRow(m[1]);
    if(row>=0){body.textContent='';view=[row];shown=0;next();body.firstChild.scrollIntoView()}
  }
}
function ready(text){
  var cut=text.lastIndexOf('\u001d'),data=JSON.parse(text.slice(cut+1));
  texts=text.slice(0,cut).split('\u001e');columns=data.columns;ids=data.ids;names=data.names;
  form.hidden=false;box.hidden=false;
  form.addEventListener('submit',function(e){e.preventDefault();find();save()});
  form.addEventListener('input',function(){clearTimeout(timer);timer=setTimeout(function(){find();save()},30)});
  form.addEventListener('reset',function(){setTimeout(function(){sort='date';down=true;find();save()})});
  more.addEventListener('click',next);
  heads.forEach(function(h){h.querySelector('button').addEventListener('click',function(){
    down=sort===h.dataset.key?!down:true;sort=h.dataset.key;find();save();
  })});
  addEventListener('hashchange',follow);
  find();follow();
  d.documentElement.dataset.ready=texts.length;
  later(foldIdle);
}
// Unpacks piece by piece, so that the page can be read and scrolled meanwhile.
var stream=new DecompressionStream('gzip'),writer=stream.writable.getWriter(),data=packed.textContent,at=0,PIECE=1<<19;
function unpack(){
  var piece=atob(data.slice(at,at+=PIECE)),bytes=new Uint8Array(piece.length);
  for(var i=0;i<piece.length;i++)bytes[i]=piece.charCodeAt(i);
  writer.write(bytes);
  if(at<data.length)setTimeout(unpack);else writer.close();
}
new Response(stream.readable).text().then(ready);
setTimeout(unpack);
})();
