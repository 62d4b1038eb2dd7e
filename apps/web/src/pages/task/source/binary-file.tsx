import { Image, Stack, Text } from '@mantine/core';
import type { FileContent } from './file-content.ts';

const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  ico: 'image/x-icon',
};
const largestShown = 2_000_000;

/** A file that is no text: a picture is shown, of others what they are. */
export function BinaryFile({ file }: { readonly file: FileContent }) {
  const type = imageTypes[file.path.split('.').at(-1)?.toLowerCase() ?? ''];
  return (
    <Stack gap="xs">
      <Text>This file is not text, so it is not edited here. Download it, or replace it by another file.</Text>
      <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        SHA-256 {file.digest}
      </Text>
      {type && file.size <= largestShown && (
        <Image
          src={`data:${type};base64,${file.content}`}
          alt={file.path}
          fit="contain"
          mah={320}
          w="auto"
          maw="100%"
        />
      )}
    </Stack>
  );
}
