/** A classic task: fetch waits for the answer, and throws an error that says what kind of failure it was. */
function main(input) {
  const { place, endpoint = 'https://weather.example.org/v1/current' } = input;
  let answer;
  try {
    answer = fetch(`${endpoint}?place=${encodeURIComponent(place)}`, { headers: { accept: 'application/json' } });
  } catch (error) {
    if (error instanceof HttpError) throw new DataError(`There is no weather for ${place}: ${error.message}`);
    throw error;
  }
  const celsius = Math.round(answer.body.temperature * 10) / 10;
  return { place, celsius, text: `${place}: ${celsius} °C, ${answer.body.sky}` };
}
