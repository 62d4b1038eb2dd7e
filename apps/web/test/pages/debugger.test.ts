import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { converting } from './run-tasks.ts';

it('stops at breakpoints in two files, steps, shows what is there and evaluates', { timeout: 180_000 }, async () => {
  let task = '';
  const { page, expectAccessible } = await openPage({
    height: 1200,
    data: async (client) => {
      task = (await converting(client)).id;
    },
  });
  await page.goto(`/debugger?taskId=${task}&file=rates.ts`);
  // A breakpoint by the keyboard, with a condition.
  const editor = page.getByRole('textbox', { name: /^rates.ts/ });
  await editor.getByText('const exact').click();
  await page.keyboard.press('F9');
  const breakpoints = page.getByRole('region', { name: 'Breakpoints' });
  await breakpoints.getByRole('button', { name: 'rates.ts, line 6', exact: true }).waitFor();
  await breakpoints.getByRole('textbox', { name: 'Condition of rates.ts, line 6' }).fill('amount === 3');
  await page.keyboard.press('Enter');

  await page
    .getByRole('spinbutton', { name: 'Amount' })
    .or(page.getByRole('textbox', { name: 'Amount' }))
    .fill('3');
  await page.getByRole('button', { name: 'Start debugging' }).click();
  const stepping = page.getByRole('toolbar', { name: 'Stepping' });
  await stepping.getByText('in main, main.ts, line 5').waitFor();
  await stepping.getByRole('button', { name: 'Step over' }).click();
  await stepping.getByText('in main, main.ts, line 6').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('F8');
  await stepping.getByText('in convert, rates.ts, line 6').waitFor();

  const variables = page.getByRole('region', { name: 'Variables' });
  await variables.getByText('amount:').waitFor();
  const rate = variables.getByRole('button', { name: /rate: / });
  await rate.click();
  await variables.getByText('per:', { exact: true }).waitFor();
  const stack = page.getByRole('region', { name: 'Call stack' });
  await stack.getByRole('button', { name: /^main/ }).click();
  await page.getByRole('textbox', { name: /^main.ts/ }).waitFor();
  await stack.getByRole('button', { name: /^convert/ }).click();

  const watch = page.getByRole('region', { name: 'Watched expressions' });
  await watch.getByRole('textbox', { name: 'Expression to watch' }).fill('amount * 100');
  await page.keyboard.press('Enter');
  await watch.getByText('300').waitFor();
  await watch.getByRole('textbox', { name: 'Expression to watch' }).fill('amount = 4');
  await page.keyboard.press('Enter');
  await watch.getByText('a watched expression may only look').waitFor();

  const console_ = page.getByRole('region', { name: 'Console' });
  await console_.getByRole('textbox', { name: 'Expression to evaluate' }).fill('amount = 4');
  await page.keyboard.press('Enter');
  await console_.getByText('result:').waitFor();
  await page.keyboard.press('Shift+F11');
  await stepping.getByText('in main, main.ts').waitFor();
  await stepping.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('The run is completed', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Output', exact: true }).getByText('8').waitFor();
  await console_.getByText('converted 8').waitFor();

  // Another input: the condition does not hold.
  await page
    .getByRole('spinbutton', { name: 'Amount' })
    .or(page.getByRole('textbox', { name: 'Amount' }))
    .fill('5');
  await page.getByRole('switch', { name: 'Stop at the first line' }).uncheck();
  await page.getByRole('button', { name: 'Start again' }).click();
  await page.getByRole('region', { name: 'Output', exact: true }).getByText('10').waitFor();
});

it('shows where Chrome DevTools attaches, and stops at what is thrown', { timeout: 180_000 }, async () => {
  let task = '';
  const { page, client, expectAccessible } = await openPage({
    data: async (made) => {
      const source = `function main(input) {\n  const held = { deep: [1, 2, 3] };\n  throw new TypeError('no ' + held.deep.length);\n}\n`;
      task = (await made.tasks.create({ name: 'throws', sourceCode: source })).id;
    },
  });
  await page.goto('/debugger');
  await page.getByText('Choose a task first').waitFor();
  await page.getByRole('combobox', { name: 'Task' }).click();
  await page.getByRole('option', { name: 'throws' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('taskId')).toBe(task);
  await page.getByRole('button', { name: 'Start for DevTools' }).click();
  await page.getByText(/devtools:\/\/devtools\/bundled\/js_app.html/).waitFor();
  await expectAccessible(page);
  const session = new URL(page.url()).searchParams.get('sessionId') ?? '';
  await page.getByRole('button', { name: 'End the run' }).click();
  await expect.poll(() => client.tasks.endDebugSession({ sessionId: session }).catch((e) => e.code)).toBe('NOT_FOUND');

  await page.getByRole('switch', { name: 'Stop at the first line' }).uncheck();
  await page.getByRole('button', { name: 'Start debugging' }).click();
  await page.getByRole('toolbar').getByText('at an exception in main, main.js, line 3').waitFor();
  await page.getByRole('region', { name: 'Variables' }).getByText('exception:').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('TypeError: no 3').first().waitFor();
});
