import { insertFlowRunInputs, type NewFlowRunInput } from '../../store/flowRuns/flowRunInputs.ts';
import { attachmentKind } from '../writing/attachment.ts';
import type { FlowRunFollower } from '../writing/moveFlowRunBatch.ts';

/** A run input that is stored with the move that resumes the run, if that move is accepted. */
export const runInputAttachment = attachmentKind<NewFlowRunInput>('run input');

/** Stores the inputs of resumed runs. */
export const storeRunInputs: FlowRunFollower = {
  async follow(transaction, moves) {
    const inputs = moves.flatMap(({ job, answer }) =>
      answer.verdict === 'ACCEPT' ? (runInputAttachment.of(job) ?? []) : [],
    );
    if (inputs.length > 0) await insertFlowRunInputs(transaction, inputs);
    return [];
  },
};
