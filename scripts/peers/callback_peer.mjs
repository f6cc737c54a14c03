// Acts as WeCom towards a callback address, with Tencent's own package for the encryption:
// checks the address, sends every kind of message, repeats, forgeries, then many at once.
//
//   npm ci --prefix scripts/peers
//   CALLBACK_URL=… WECOM_TOKEN=… WECOM_AES_KEY=… WECOM_CORP_ID=… node scripts/peers/callback_peer.mjs [1000]
//
// Prints one line of JSON: what was answered how often, and the slowest answer in milliseconds.
// Ends with 1 when an answer is not what WeCom needs, or comes later than it waits.
// PEERS_DIR: where node_modules lies when it is not beside this file.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = process.env.PEERS_DIR ?? dirname(fileURLToPath(import.meta.url));
const { decrypt, encrypt, getSignature } = createRequire(`${here}/`)('@wecom/crypto');

const { CALLBACK_URL: url, WECOM_TOKEN: token, WECOM_AES_KEY: key, WECOM_CORP_ID: corp } = process.env;
const atOnce = Number(process.argv[2] ?? 1000);
const CHECK = 1000; // milliseconds the console waits
const PUSH = 5000; // milliseconds a message waits
const faults = [];
let made = 0;

const now = () => Math.floor(Date.now() / 1000);
const number = () => String((made += 1) + 7_000_000);
const cdata = (words) => `<![CDATA[${words}]]>`;

function inner(kind, fields, { who = 'ZhangSan', at = now() } = {}) {
  return `<xml><ToUserName>${cdata(corp)}</ToUserName><FromUserName>${cdata(who)}</FromUserName>`
    + `<CreateTime>${at}</CreateTime><MsgType>${cdata(kind)}</MsgType>${fields}<AgentID>1000002</AgentID></xml>`;
}

const text = (words, who) => inner('text', `<Content>${cdata(words)}</Content><MsgId>${number()}</MsgId>`, { who });
const media = (kind, more = '') => inner(kind, `<MediaId>${cdata('M1')}</MediaId>${more}<MsgId>${number()}</MsgId>`);
const event = (name, more = '', facts) => inner('event', `<Event>${cdata(name)}</Event>${more}`, facts);
const click = (keyName) => event('template_card_event',
  `<EventKey>${cdata(keyName)}</EventKey><TaskId>${cdata(`t-${number()}`)}</TaskId>`
  + `<CardType>${cdata('button_interaction')}</CardType><ResponseCode>${cdata('RC')}</ResponseCode>`);

function signed(ciphertext, name) {
  const facts = { timestamp: String(now()), nonce: number() };
  const msg_signature = getSignature(token, facts.timestamp, facts.nonce, ciphertext);
  return new URLSearchParams({ msg_signature, ...facts, ...(name ? { [name]: ciphertext } : {}) });
}

const enveloped = (ciphertext) => `<xml><ToUserName>${cdata(corp)}</ToUserName>`
  + `<Encrypt>${cdata(ciphertext)}</Encrypt><AgentID>${cdata('1000002')}</AgentID></xml>`;

async function asked(query, body, within = PUSH) {
  const begun = performance.now();
  try {
    const answer = await fetch(`${url}?${query}`, {
      method: body === undefined ? 'GET' : 'POST', body, signal: AbortSignal.timeout(within), redirect: 'manual',
    });
    return { status: answer.status, body: await answer.text(), ms: performance.now() - begun };
  } catch (error) {
    return { status: 0, body: String(error), ms: performance.now() - begun };
  }
}

function push(xml) {
  const ciphertext = encrypt(key, xml, corp); // its own nonce and ciphertext every time
  return asked(signed(ciphertext), enveloped(ciphertext));
}

function expect(what, answer, status, body = '') {
  if (answer.status !== status) faults.push(`${what}: ${answer.status} instead of ${status}`);
  if (body !== null && status === 200 && answer.body !== body) faults.push(`${what}: strange body`);
}

async function checkAddress() {
  const echo = '5927782489442352469';
  const answer = await asked(signed(encrypt(key, echo, corp), 'echostr'), undefined, CHECK);
  expect('address', answer, 200, echo);
  return answer.ms;
}

async function everyKind() {
  const place = '<Location_X>28.126479</Location_X><Location_Y>106.833857</Location_Y><Scale>15</Scale>';
  const at = now();
  const kinds = [
    text('今天走访张大山家，屋顶漏雨'), text('<!DOCTYPE x> & <b>'), text('a\u{1F33E}'.repeat(500)), text('x\u0008y'),
    text('你好', 'LISI'), media('image', `<PicUrl>${cdata('http://127.0.0.1/none')}</PicUrl>`),
    media('voice', `<Format>${cdata('amr')}</Format>`), media('video', `<ThumbMediaId>${cdata('M2')}</ThumbMediaId>`),
    inner('location', `${place}<Label>${cdata('永安村')}</Label><MsgId>${number()}</MsgId>`),
    inner('link', `<Title>${cdata('t')}</Title><MsgId>${number()}</MsgId>`), inner('never_seen', `<MsgId>${number()}</MsgId>`),
    event('enter_agent', '<EventKey></EventKey>', { at }), event('subscribe', '', { at }),
    event('click', `<EventKey>${cdata('say-today')}</EventKey>`, { at }), event('LOCATION', '<Latitude>28.1</Latitude>', { at }),
    event('location_select', `<EventKey>${cdata('place')}</EventKey><SendLocationInfo>${place}</SendLocationInfo>`, { at }),
    event('pic_sysphoto', '<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>0</PicMd5Sum></item></PicList></SendPicsInfo>', { at }),
    event('change_contact', `<ChangeType>${cdata('create_user')}</ChangeType><UserID>${cdata('WangWu')}</UserID>`, { at }),
    event('close_inactive_agent', '', { at }), event('never_seen', '', { at }),
  ];
  for (const xml of kinds) expect('message', await push(xml), 200);
  for (const xml of kinds.slice(0, 6)) expect('repeat', await push(xml), 200);
  return kinds.length;
}

async function pressed() {
  const answer = await push(click('v1-2k9f-2-1'));
  expect('press', answer, 200, null);
  if (!answer.body) return '';
  const field = (name) => answer.body.match(new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`, 's'))?.[1];
  const ciphertext = field('Encrypt');
  if (getSignature(token, field('TimeStamp'), field('Nonce'), ciphertext) !== field('MsgSignature')) faults.push('press: strange signature');
  const { message, id } = decrypt(key, ciphertext);
  if (id !== corp) faults.push('press: another corp');
  if (!message.includes('update_button')) faults.push('press: no new button');
  return message.match(/<ReplaceName><!\[CDATA\[(.*?)\]\]>/)?.[1] ?? '';
}

async function forgeries() {
  const ciphertext = encrypt(key, text('forged'), corp);
  const query = signed(ciphertext);
  expect('tampered', await asked(query, enveloped(`${ciphertext.slice(0, -8)}AAAAAAA=`)), 403);
  const stranger = encrypt(key, text('stranger'), `${corp}x`);
  expect('another corp', await asked(signed(stranger), enveloped(stranger)), 403);
  expect('garbage', await asked(query, 'no xml at all'), 400);
  expect('no query', await asked('', enveloped(ciphertext)), 400);
  expect('document type', await asked(query, `<!DOCTYPE xml [<!ENTITY a "b">]>${enveloped(ciphertext)}`), 400);
  expect('two megabytes', await asked(query, 'x'.repeat(2 << 20)), 413);
  return 6;
}

async function manyAtOnce() {
  const xmls = Array.from({ length: atOnce }, (_, n) => text(`第 ${n} 条`, `member${n % 200}`));
  const answers = await Promise.all(xmls.map(push));
  const times = answers.map((one) => one.ms).sort((a, b) => a - b);
  const taken = answers.filter((one) => one.status === 200 && one.body === '').length;
  if (taken !== atOnce) faults.push(`at once: ${taken} of ${atOnce} taken`);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]);
  return { sent: atOnce, taken, median_ms: at(0.5), p99_ms: at(0.99), slowest_ms: at(1) };
}

const report = {
  address_ms: Math.round(await checkAddress()), messages: await everyKind(), repeats: 6, button: await pressed(),
  forgeries_refused: await forgeries(), at_once: await manyAtOnce(), faults,
};
console.log(JSON.stringify(report));
process.exit(faults.length ? 1 : 0);
