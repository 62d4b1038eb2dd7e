/* Takes the pictures of the README and the guide anew, into docs/images. */
import '../apps/web/test/take-screenshots.ts';
