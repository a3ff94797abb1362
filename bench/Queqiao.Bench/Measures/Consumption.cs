using System.Text.Json.Nodes;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Measures;

/// <summary>CPU time that server, database and generator have used so far.</summary>
internal readonly record struct Consumption(double Server, double? Database, double Generator)
{
    public static Consumption Of(ServerProcess server, Store store) =>
        new(Proc.CpuSeconds(server.Id), store.Postgres?.CpuSeconds(), Proc.CpuSeconds(Environment.ProcessId));

    public void AddTo(JsonObject result, Consumption before)
    {
        result["cpuSeconds"] = Math.Round(Server - before.Server, 2);
        if (Database is { } database)
            result["databaseCpuSeconds"] = Math.Round(database - before.Database!.Value, 2);
        result["generatorCpuSeconds"] = Math.Round(Generator - before.Generator, 2);
    }
}
