namespace Berth.Control;

/// <summary>The client went away before it had sent all of its standard input.</summary>
internal sealed class ClientGoneException() : IOException("The client went away before its input ended.");
