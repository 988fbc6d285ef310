using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Herald.Evidence.Claims;

/// <summary><c>docs/evidence/claims.json</c>: all claims that the documents can make.</summary>
internal static partial class ClaimFile
{
    public const string Path = "docs/evidence/claims.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter<ClaimKind>(JsonNamingPolicy.CamelCase) },
    };

    /// <exception cref="EvidenceException">The file does not exist, or its content is not valid.</exception>
    public static IReadOnlyList<Claim> Read(string root)
    {
        var file = System.IO.Path.Combine(root, Path);
        IReadOnlyList<Claim> claims;
        try
        {
            claims = JsonSerializer.Deserialize<IReadOnlyList<Claim>>(File.ReadAllText(file), Options)!;
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            throw new EvidenceException($"{Path} cannot be read: {failure.Message}");
        }
        foreach (var claim in claims)
        {
            if (!Names().IsMatch(claim.Name))
                throw new EvidenceException($"{Path}: '{claim.Name}' is not a valid name. Use small letters, digits and dashes.");
            if (claim.Runs < 1)
                throw new EvidenceException($"{Path}: {claim.Name} has {claim.Runs} runs. It needs at least 1.");
            if (claim.Command.Count == 0 || claim.Paths.Count == 0)
                throw new EvidenceException($"{Path}: {claim.Name} needs a command and the paths of its sources.");
        }
        claims = [.. claims.SelectMany(EachRun)];
        if (claims.GroupBy(claim => claim.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new EvidenceException($"{Path} contains {twice.Key} twice.");
        return claims;
    }

    private static IEnumerable<Claim> EachRun(Claim claim) =>
        claim.Runs == 1 ? [claim] : Enumerable.Range(1, claim.Runs).Select(run => claim with { Name = $"{claim.Name}-{run}", Runs = 1 });

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Names();
}
