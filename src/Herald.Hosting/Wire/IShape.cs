using System.Text.Json;
using Herald.Hosting.Problems;

namespace Herald.Hosting.Wire;

/// <summary>A converter that reads more than one form of JSON, so only it can say what does not fit.</summary>
public interface IShape
{
    void Check(JsonElement json, JsonSerializerOptions options, string pointer, ProblemList found);
}
