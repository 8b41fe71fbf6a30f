/**
 * TensorFlow's messages for graphs and saved models, in JavaScript: generated classes that come with tfjs-node, which
 * has no declarations for them. Only what Kindred writes is declared here.
 */
import { createRequire } from 'node:module';

export interface Message {
  readonly serializeBinary: () => Uint8Array;
}

export interface ShapeMessage extends Message {
  readonly addDim: (dim: DimMessage) => void;
}

export interface DimMessage extends Message {
  readonly setSize: (size: number) => void;
}

export interface TensorMessage extends Message {
  readonly setDtype: (dtype: number) => void;
  readonly setTensorShape: (shape: ShapeMessage) => void;
  readonly setTensorContent: (bytes: Uint8Array) => void;
  readonly setFloatValList: (values: readonly number[]) => void;
  readonly setIntValList: (values: readonly number[]) => void;
  readonly setBoolValList: (values: readonly boolean[]) => void;
}

export interface ListMessage extends Message {
  readonly setIList: (values: readonly number[]) => void;
  readonly setFList: (values: readonly number[]) => void;
}

export interface AttributeMessage extends Message {
  readonly setType: (dtype: number) => void;
  readonly setI: (value: number) => void;
  readonly setF: (value: number) => void;
  readonly setB: (value: boolean) => void;
  readonly setS: (bytes: Uint8Array) => void;
  readonly setShape: (shape: ShapeMessage) => void;
  readonly setTensor: (tensor: TensorMessage) => void;
  readonly setList: (list: ListMessage) => void;
}

export interface NodeMessage extends Message {
  readonly setName: (name: string) => void;
  readonly setOp: (op: string) => void;
  readonly setInputList: (inputs: readonly string[]) => void;
  readonly getAttrMap: () => { readonly set: (name: string, attribute: AttributeMessage) => void };
}

export interface VersionMessage extends Message {
  readonly setProducer: (version: number) => void;
}

export interface GraphMessage extends Message {
  readonly addNode: (node: NodeMessage) => void;
  readonly setVersions: (versions: VersionMessage) => void;
}

export interface MetaInfoMessage extends Message {
  readonly addTags: (tag: string) => void;
}

export interface MetaGraphMessage extends Message {
  readonly setGraphDef: (graph: GraphMessage) => void;
  readonly setMetaInfoDef: (info: MetaInfoMessage) => void;
}

export interface SavedModelMessage extends Message {
  readonly setSavedModelSchemaVersion: (version: number) => void;
  readonly addMetaGraphs: (graph: MetaGraphMessage) => void;
}

interface Messages {
  readonly TensorShape: { new (): ShapeMessage; readonly Dim: new () => DimMessage };
  readonly Tensor: new () => TensorMessage;
  readonly AttrValue: { new (): AttributeMessage; readonly ListValue: new () => ListMessage };
  readonly NodeDef: new () => NodeMessage;
  readonly VersionDef: new () => VersionMessage;
  readonly GraphDef: new () => GraphMessage;
  readonly MetaGraphDef: { new (): MetaGraphMessage; readonly MetaInfoDef: new () => MetaInfoMessage };
  readonly SavedModel: new () => SavedModelMessage;
}

export const messages = createRequire(import.meta.url)('@tensorflow/tfjs-node/dist/proto/api_pb.js') as Messages;
