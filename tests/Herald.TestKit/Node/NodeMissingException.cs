namespace Herald.TestKit.Node;

/// <summary>A script of Node cannot be run here.</summary>
public sealed class NodeMissingException(string message, Exception inner) : Exception(message, inner);
