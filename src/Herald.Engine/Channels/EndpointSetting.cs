namespace Herald.Engine.Channels;

/// <summary>Something that a channel lets an endpoint say besides its address.</summary>
/// <param name="Rule">A sentence that says what is allowed, for whoever wrote a wrong value.</param>
public sealed record EndpointSetting(string Name, string Rule, Func<string, bool> Accepts);
