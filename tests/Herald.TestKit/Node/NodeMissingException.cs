namespace Herald.TestKit.Node;

/// <summary>A Node script cannot run on this machine.</summary>
public sealed class NodeMissingException(string message, Exception inner) : Exception(message, inner);
