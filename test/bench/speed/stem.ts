/** The stem that the peers in `test/bench/peers` have at a side in pixels: ours has the same. */
export const stemAt = (side: number): 'small' | 'large' => (side <= 64 ? 'small' : 'large');
