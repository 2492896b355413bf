package org.sparkqat.network;

/** One answer for each kind of layer; a new kind of layer does not compile until all answer. */
public interface LayerVisitor<T> {

  T convolution(Layer.Convolution layer);

  T fullyConnected(Layer.FullyConnected layer);

  T batchNormalization(Layer.BatchNormalization layer);

  T relu(Layer.Relu layer);

  T relu6(Layer.Relu6 layer);

  T maxPool(Layer.MaxPool layer);

  T averagePool(Layer.AveragePool layer);

  T globalAveragePool(Layer.GlobalAveragePool layer);

  T add(Layer.Add layer);

  T flatten(Layer.Flatten layer);

  T dropout(Layer.Dropout layer);

  T activationFunction(ActivationFunction function);

  T concatenate(Concatenate layer);

  T multiply(Multiply layer);

  T requantize(Requantize layer);
}
