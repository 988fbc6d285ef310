namespace Herald.Postgres.Migrations;

/// <summary>One step of a schema: <c>0003-name.up.sql</c>, and <c>0003-name.down.sql</c>, which takes it back.</summary>
/// <param name="Down">Null when there is no way back.</param>
/// <param name="Checksum">The checksum of the up file only, so that a better down file can be added later.</param>
public sealed record Migration(int Id, string Name, string Up, string? Down, string Checksum)
{
    public string UpFile => $"{this}.up.sql";
    public string DownFile => $"{this}.down.sql";

    public override string ToString() => $"{Id:0000}-{Name}";
}
