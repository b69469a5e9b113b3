namespace Agent.Resp;

/// <summary>The server answered with an error.</summary>
public sealed class RespServerException(string message) : Exception(message);

/// <summary>No connection, a broken one, or no reply in time: the command may or may not have been done.</summary>
public sealed class RespConnectionException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The peer does not speak RESP.</summary>
public sealed class RespProtocolException(string message) : Exception(message);
