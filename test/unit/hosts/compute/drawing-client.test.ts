import { expect, it } from 'vitest';
import { DrawingClient } from '#hosts/compute/drawing-client.ts';
import { noiseImage } from '#test/support/drawn-views.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

it('starts no process once it is closed, which would keep the engine from ending', async () => {
  const { side, views, secondViews } = smallRecipe({});
  const client = new DrawingClient(() => 1);
  const request = { run: { side, views, secondViews }, seed: 1, cacheSide: 60, images: [noiseImage(1, 60, 60)] };
  const drawn = await client.draw(request);
  expect(drawn.pixels).toHaveLength(2 * side * side * 3);
  await client.close();
  await expect(client.draw(request)).rejects.toMatchObject({ code: 'job.interrupted' });
});
