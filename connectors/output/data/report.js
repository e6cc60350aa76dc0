// The script of report.html: finds, filters and sorts the packed rows. The page is complete without it.
(function(){
'use strict';
var d=document,packed=d.getElementById('packed'),form=d.getElementById('find'),box=d.getElementById('all');
if(!packed||!form||!self.DecompressionStream)return;
var q=form.elements,body=box.querySelector('tbody'),count=d.getElementById('count'),more=d.getElementById('more');
var heads=box.querySelectorAll('th[data-key]'),filters=['sentiment','topic','source','part'];
var rows=[],view=[],sorted=[],sortedBy='',shown=0,sort='date',down=true,timer,names={},STEP=100;
// A row: id, date, source, sentiment, topics, rating, scale, parts, language, text, id in the export.
var DATE=1,SOURCE=2,SENTIMENT=3,TOPICS=4,RATING=5,SCALE=6,PARTS=7,LANG=8,TEXT=9,NAME=10;
function fold(s){return s.normalize('NFKC').toLowerCase()}
function el(name,text,cls){var e=d.createElement(name);if(text)e.textContent=text;if(cls)e.className=cls;return e}
function label(key){return names[key]||key}
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
  var tr=el('tr'),td=el('td');
  tr.id=(d.getElementById('r'+row[0])?'all-':'')+'r'+row[0];
  td.append(el('time',row[DATE]));
  tr.append(td,el('td',row[SOURCE]+(row[NAME]?' '+row[NAME]:'')));
  td=el('td');td.append(el('span',label(row[SENTIMENT]),row[SENTIMENT]==='negative'?'neg':row[SENTIMENT]==='positive'?'pos':''));tr.append(td);
  tr.append(el('td',row[RATING]===null?'':row[RATING]+(row[SCALE]?' / '+row[SCALE]:''),'n'));
  td=el('td');
  row[TOPICS].split(';').forEach(function(t){
    if(!t)return;
    var i=t.lastIndexOf(':'),s=el('span',label(t.slice(0,i)),'tag '+(t.slice(i+1)==='negative'?'neg':t.slice(i+1)==='positive'?'pos':''));
    td.append(s,' ');
  });
  tr.append(td);
  td=el('td');
  var b=el('bdi');if(row[LANG])b.lang=row[LANG];
  marked(b,row[TEXT],words);td.append(b);tr.append(td);
  return tr;
}
function words(){return fold(q.q.value).split(/\s+/).filter(Boolean)}
function next(){
  var part=d.createDocumentFragment(),w=words();
  for(var end=Math.min(shown+STEP,view.length);shown<end;shown++)part.append(draw(rows[view[shown]],w));
  body.append(part);
  more.hidden=shown>=view.length;
}
function matches(row,f){
  return (!f.sentiment||row[SENTIMENT]===f.sentiment)&&(!f.source||row[SOURCE]===f.source)&&
    (!f.part||row[PARTS].indexOf(+f.part)>=0)&&(!f.topic||(';'+row[TOPICS]).indexOf(';'+f.topic+':')>=0);
}
var order={date:function(r){return r[DATE]},source:function(r){return r[SOURCE]},sentiment:function(r){return r[SENTIMENT]},
  rating:function(r){return r[RATING]===null?-1:r[RATING]}};
// The numbers of all rows in the chosen order; found rows keep it.
function sortRows(){
  var keys=rows.map(order[sort]),sign=down?-1:1;
  sorted=rows.map(function(r,i){return i});
  sorted.sort(function(a,b){return keys[a]<keys[b]?-sign:keys[a]>keys[b]?sign:a-b});
  sortedBy=sort+down;
}
function find(){
  var w=words(),f={};
  if(sortedBy!==sort+down)sortRows();
  filters.forEach(function(n){f[n]=q[n]?q[n].value:''});
  view=[];
  for(var i=0;i<sorted.length;i++){
    var r=rows[sorted[i]];
    if(matches(r,f)&&w.every(function(x){return r.folded.indexOf(x)>=0}))view.push(sorted[i]);
  }
  heads.forEach(function(h){
    if(h.dataset.key===sort)h.setAttribute('aria-sort',down?'descending':'ascending');else h.removeAttribute('aria-sort');
  });
  body.textContent='';shown=0;next();
  count.textContent=count.dataset.text.replace('{0}',view.length.toLocaleString('en')).replace('{1}',rows.length.toLocaleString('en'));
}
function save(){
  var p=new URLSearchParams();
  ['q'].concat(filters).forEach(function(n){if(q[n]&&q[n].value)p.set(n,q[n].value)});
  if(sort!=='date'||!down)p.set('sort',(down?'-':'')+sort);
  try{history.replaceState(null,'','#find?'+p)}catch(e){}
}
// A link to a row that stands only in the packed data shows it.
function follow(){
  var h=decodeURIComponent(location.hash),m=/^#r([0-9a-f]{16})$/.exec(h);
  if(h.indexOf('#find?')===0){
    var p=new URLSearchParams(h.slice(6)),s=p.get('sort');
    ['q'].concat(filters).forEach(function(n){if(q[n])q[n].value=p.get(n)||''});
    if(s&&order[s.replace('-','')]){sort=s.replace('-','');down=s[0]==='-'}
    find();form.scrollIntoView();
  }else if(m&&!d.getElementById('r'+m[1])){
    var i=rows.findIndex(function(r){return r[0]===m[1]});
    if(i>=0){body.textContent='';view=[i];shown=0;next();body.firstChild.scrollIntoView()}
  }
}
function ready(data){
  rows=data.rows;names=data.names;
  rows.forEach(function(r){r.folded=fold(r[TEXT]+' '+(r[NAME]||''))});
  form.hidden=false;box.hidden=false;
  form.addEventListener('submit',function(e){e.preventDefault();find();save()});
  form.addEventListener('input',function(){clearTimeout(timer);timer=setTimeout(function(){find();save()},80)});
  form.addEventListener('reset',function(){setTimeout(function(){sort='date';down=true;find();save()})});
  more.addEventListener('click',next);
  heads.forEach(function(h){h.querySelector('button').addEventListener('click',function(){
    down=sort===h.dataset.key?!down:true;sort=h.dataset.key;find();save();
  })});
  addEventListener('hashchange',follow);
  find();follow();
  d.documentElement.dataset.ready=rows.length;
}
var bytes=Uint8Array.from(atob(packed.textContent),function(c){return c.charCodeAt(0)});
new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json().then(ready);
})();
