// Opens /docs in a browser: docs_page.mjs BROWSER URL. The page must load without an error and without asking anyone
// else, list the operations, and send a request that is answered. The folder with node_modules is the current one.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';

const [browserPath, url] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/`);
const { default: puppeteer } = await import(pathToFileURL(require.resolve('puppeteer-core')));

// A container has no user namespaces for Chromium's own sandbox; the page is ours.
const browser = await puppeteer.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage();
  const wrong = [];
  page.on('console', message => ['error', 'warning', 'warn'].includes(message.type()) && wrong.push(message.text()));
  page.on('pageerror', error => wrong.push(`${error}`));
  page.on('requestfailed', request => wrong.push(`${request.url()}: ${request.failure().errorText}`));
  page.on('request', request => {
    const to = request.url();
    if (!to.startsWith(`${url}/`) && !to.startsWith('data:')) wrong.push(`asks elsewhere: ${to}`);
  });
  page.on('response', response => response.status() >= 400 && wrong.push(`${response.url()}: ${response.status()}`));

  await page.goto(`${url}/docs`, { waitUntil: 'networkidle0', timeout: 60_000 });
  await page.waitForSelector('.opblock', { timeout: 60_000 });
  const openapi = await (await fetch(`${url}/openapi.json`)).json();
  const expected = Object.entries(openapi.paths).flatMap(([path, item]) => Object.keys(item).map(verb => `${verb} ${path}`));
  const listed = await page.$$eval('.opblock', blocks => blocks.map(block => {
    const path = block.querySelector('[data-path]').getAttribute('data-path');
    return `${block.querySelector('.opblock-summary-method').textContent.toLowerCase()} ${path}`;
  }));
  assert.deepEqual(listed.toSorted(), expected.toSorted());

  const path = Object.keys(openapi.paths).find(each => each.startsWith('/predict/') && !each.includes('{'));
  const post = openapi.paths[path].post;
  const block = await page.waitForSelector(`[id="operations-${post.tags[0]}-${post.operationId}"]`);
  await (await block.$('.opblock-summary-control')).click();
  await (await block.waitForSelector('.try-out__btn', { timeout: 30_000 })).click();
  await (await block.waitForSelector('button.execute', { timeout: 30_000 })).click();
  const answer = await block.waitForSelector('.live-responses-table .response .response-col_description pre', { timeout: 30_000 });
  assert.equal(await block.$eval('.live-responses-table tr.response .response-col_status', cell => cell.textContent.trim()), '200');
  const shown = await answer.evaluate(element => element.textContent);
  assert.deepEqual(JSON.parse(shown), post.responses['200'].content['application/json'].example);
  assert.deepEqual(wrong, []);
  console.log(`${listed.length} operations listed; ${path} answers ${shown.replace(/\s+/g, '')}`);

  // The page at "/" shows the snippets.
  await page.goto(`${url}/`, { waitUntil: 'networkidle0', timeout: 60_000 });
  for (const language of ['curl', 'python', 'javascript', 'go', 'java']) {
    await page.select('#language', language);
    const snippet = await page.$eval('#snippet', element => element.textContent);
    assert.ok(snippet.includes('/predict/'), `${language}: ${snippet}`);
  }
  await page.click('#form button');
  await page.waitForFunction(() => document.getElementById('answer').textContent.startsWith('200'), { timeout: 30_000 });
  assert.deepEqual(wrong, []);
} finally {
  await browser.close();
}
