/** The answer of whatever takes a while: the task that was recorded, and where it can be followed. */
import { z } from 'zod';
import type { Answer, AnswerSpec } from '../../http/route.ts';
import type { Services } from '../../http/services.ts';

export const accepted = (description: string): AnswerSpec => ({
  description: `${description}; Location is the task to follow`,
  headers: { location: 'the task, as an absolute URL' },
  schema: z.object({ name: z.string().describe('of the server'), task: z.string() }),
});

export const acceptedAnswer = ({ publicUrl }: Services, name: string, task: number): Answer => ({
  status: 202,
  headers: { location: `${publicUrl}/api/v1/tasks/${task}` },
  body: { name, task: String(task) },
});
