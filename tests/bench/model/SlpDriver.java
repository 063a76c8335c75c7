/*
 * Measures SLP-Core (Hellendoorn & Devanbu 2017) on texts that are split already: a line a text,
 * tokens with blanks between. Arguments: train, test, "static" or "dynamic", most tokens to rank.
 * Static: JM of order 6. Dynamic: the same mixed with a cache, every text learned after it was read.
 * A token is asked about before anything learns it; ranks are those of the model's own candidates.
 */
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import slp.core.counting.trie.MapTrieCounter;
import slp.core.modeling.Model;
import slp.core.modeling.dynamic.CacheModel;
import slp.core.modeling.mix.MixModel;
import slp.core.modeling.ngram.JMModel;
import slp.core.translating.Vocabulary;
import slp.core.util.Pair;

public class SlpDriver {
	static Vocabulary vocabulary = new Vocabulary();

	static List<List<Integer>> read(String path) throws Exception {
		List<List<Integer>> texts = new ArrayList<>();
		for (String line : Files.readAllLines(Path.of(path))) {
			List<Integer> ids = new ArrayList<>();
			ids.add(vocabulary.store("<s>"));
			for (String token : line.split(" "))
				if (!token.isEmpty()) ids.add(vocabulary.store(token));
			texts.add(ids);
		}
		return texts;
	}

	static double p(Pair<Double, Double> modeled, int size) {
		return modeled.left * modeled.right + (1 - modeled.right) / size;
	}

	public static void main(String[] args) throws Exception {
		boolean dynamic = args[2].equals("dynamic");
		long most = Long.parseLong(args[3]), ranked = 0, tokens = 0, top1 = 0;
		double bits = 0, reciprocal = 0;
		List<List<Integer>> train = read(args[0]);
		int known = vocabulary.size();
		List<List<Integer>> test = read(args[1]);
		boolean[] seen = new boolean[vocabulary.size()];
		java.util.Arrays.fill(seen, 0, known, true);
		Model model = new JMModel(6, new MapTrieCounter());
		long start = System.nanoTime();
		for (List<Integer> text : train) model.learn(text);
		double trained = (System.nanoTime() - start) / 1e9;
		CacheModel cache = new CacheModel();
		Model mixed = dynamic ? MixModel.standard(model, cache) : model;
		start = System.nanoTime();
		for (List<Integer> text : test) {
			mixed.notify(null);
			for (int i = 1; i < text.size(); i++) {
				int id = text.get(i);
				if (!seen[id]) { seen[id] = true; known++; }
				if (ranked < most) {
					Map<Integer, Pair<Double, Double>> next;
					int size = known;
					/* predictToken would learn: the cache is held still meanwhile. */
					cache.setDynamic(false);
					next = mixed.predictToken(text, i);
					cache.setDynamic(true);
					Pair<Double, Double> own = next.get(id);
					ranked++;
					if (own != null) {
						double mine = p(own, size);
						int rank = 1;
						for (Map.Entry<Integer, Pair<Double, Double>> other : next.entrySet())
							if (other.getKey() != id && p(other.getValue(), size) >= mine) rank++;
						if (rank == 1) top1++;
						if (rank <= 10) reciprocal += 1.0 / rank;
					}
				}
				bits -= Math.log(p(mixed.modelToken(text, i), known)) / Math.log(2);
				tokens++;
			}
			if (dynamic) model.learn(text);
		}
		Runtime runtime = Runtime.getRuntime();
		System.out.printf(Locale.ROOT, "{\"tokens\":%d,\"closed_bits_per_token\":%.4f,\"mrr_at_10\":%.4f,\"top1\":%.4f,\"ranked\":%d,\"train_seconds\":%.2f,\"eval_seconds\":%.2f,\"megabytes\":%d}%n",
			tokens, bits / tokens, reciprocal / Math.max(1, ranked), (double) top1 / Math.max(1, ranked), ranked, trained,
			(System.nanoTime() - start) / 1e9, (runtime.totalMemory() - runtime.freeMemory()) / 1000000);
	}
}
