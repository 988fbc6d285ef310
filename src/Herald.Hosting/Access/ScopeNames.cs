namespace Herald.Hosting.Access;

/// <summary>Scopes as people and tokens write them: in lower case, with a space between them.</summary>
public static class ScopeNames
{
    private static readonly (Scopes Scope, string Name)[] Names =
    [
        (Scopes.Publish, "publish"), (Scopes.Subscribe, "subscribe"), (Scopes.Read, "read"), (Scopes.Operate, "operate"),
        (Scopes.Admin, "admin"),
    ];

    public static string Of(Scopes scopes) => string.Join(' ', Names.Where(one => (scopes & one.Scope) != 0).Select(one => one.Name));
}
