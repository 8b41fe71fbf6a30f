/** A graph in TensorFlow's own form: GraphDef, and a SavedModel around it that has no files of weights. */
import { TF_DTYPE } from '../tf-dtype.ts';
import { storedValues } from './constant-values.ts';
import type { GraphDefinition, GraphNode } from './graph-definition.ts';
import { elementCount, type Attribute, type ConstantValue } from './program.ts';
import {
  messages,
  type AttributeMessage,
  type GraphMessage,
  type NodeMessage,
  type ShapeMessage,
  type TensorMessage,
} from './proto-messages.ts';

/** GraphDef version of TensorFlow 2: `TF_GRAPH_DEF_VERSION` of 2.21 is higher, and it reads all from 1087 on. */
const GRAPH_VERSION = 1087;
const SAVED_MODEL_SCHEMA = 1;

/** The tag the model is loaded by. */
export const MODEL_TAG = 'serve';

/** Equal graphs give equal bytes. TensorFlow's Python reads them (`GraphDef.FromString`); importing needs our operations. */
export function graphBytes(graph: GraphDefinition): Uint8Array {
  return graphMessage(graph).serializeBinary();
}

/**
 * The content of `saved_model.pb` around a serialised GraphDef. Written field by field, as reading a graph of megabytes
 * only to write it again would take longer than recording it.
 */
export function savedModelBytes(graphDef: Uint8Array): Uint8Array {
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.addTags(MODEL_TAG);
  const metaGraph = [field(1, info.serializeBinary()), field(2, graphDef)];
  return Buffer.concat([Uint8Array.of(8, SAVED_MODEL_SCHEMA), field(2, Buffer.concat(metaGraph))]);
}

/** A field of bytes or of a message: key, length, content. */
function field(number: number, content: Uint8Array): Uint8Array {
  const head = [(number << 3) | 2];
  let length = content.length;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) head.push((length % 0x80) | 0x80);
  return Buffer.concat([Uint8Array.from([...head, length]), content]);
}

function graphMessage({ nodes }: GraphDefinition): GraphMessage {
  const graph = new messages.GraphDef();
  for (const node of nodes) graph.addNode(nodeMessage(node));
  const versions = new messages.VersionDef();
  versions.setProducer(GRAPH_VERSION);
  graph.setVersions(versions);
  return graph;
}

function nodeMessage({ name, op, inputs, attributes }: GraphNode): NodeMessage {
  const node = new messages.NodeDef();
  node.setName(name);
  node.setOp(op);
  node.setInputList(inputs);
  const map = node.getAttrMap();
  for (const [attribute, value] of Object.entries(attributes)) map.set(attribute, attributeMessage(value));
  return node;
}

function attributeMessage(attribute: Attribute): AttributeMessage {
  const message = new messages.AttrValue();
  switch (attribute.kind) {
    case 'type':
      message.setType(TF_DTYPE[attribute.value]);
      break;
    case 'int':
      message.setI(attribute.value);
      break;
    case 'float':
      message.setF(attribute.value);
      break;
    case 'bool':
      message.setB(attribute.value);
      break;
    case 'string':
      message.setS(new TextEncoder().encode(attribute.value));
      break;
    case 'shape':
      message.setShape(shapeMessage(attribute.value));
      break;
    case 'tensor':
      message.setTensor(tensorMessage(attribute.value));
      break;
    case 'ints':
    case 'floats': {
      const list = new messages.AttrValue.ListValue();
      if (attribute.kind === 'ints') list.setIList(attribute.value);
      else list.setFList(attribute.value);
      message.setList(list);
    }
  }
  return message;
}

function shapeMessage(shape: readonly number[]): ShapeMessage {
  const message = new messages.TensorShape();
  for (const size of shape) {
    const dim = new messages.TensorShape.Dim();
    dim.setSize(size);
    message.addDim(dim);
  }
  return message;
}

/** One stored element stands for all: TensorFlow repeats the last of a typed list, but wants `content` in full. */
function tensorMessage(constant: ConstantValue): TensorMessage {
  const message = new messages.Tensor();
  message.setDtype(TF_DTYPE[constant.dtype]);
  message.setTensorShape(shapeMessage(constant.shape));
  const stored = storedValues(constant);
  if (stored.length === elementCount(constant)) message.setTensorContent(constant.bytes);
  else if (constant.dtype === 'float32') message.setFloatValList(stored);
  else if (constant.dtype === 'bool') message.setBoolValList(stored.map(Boolean));
  else message.setIntValList(stored);
  return message;
}
