using System.Reflection;
using Xunit.Sdk;

namespace Queqiao.Server.Tests.Support;

/// <summary>A test that needs PostgreSQL; skipped with the reason when none can be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresCluster.Missing;
}

/// <summary>A test that stops and kills its PostgreSQL, so that an offered one will not do.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrivatePostgresFactAttribute : FactAttribute
{
    public PrivatePostgresFactAttribute() => Skip = PostgresCluster.MissingPrivate();
}

/// <summary>Runs a theory on SQLite: its first argument is the engine's name.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnSqliteAttribute(params object[] more) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Engines.Sqlite, .. more]];
}

/// <summary>Runs a theory on PostgreSQL, or skips that half of it with the reason.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnPostgresAttribute : DataAttribute
{
    private readonly object[] _more;

    public OnPostgresAttribute(params object[] more)
    {
        _more = more;
        Skip = PostgresCluster.Missing;
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Engines.Postgres, .. _more]];
}

internal static class Engines
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";
}
